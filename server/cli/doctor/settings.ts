import { misspeltLine, misspeltSettings } from '../../config/env.ts';
import { type Finding, warning, well } from './finding.ts';

/** Tells, where the settings can be used, whether a name beside them was probably meant to be one. */
export function settingNames(): Finding {
  const found = misspeltSettings();
  if (found.length === 0) return well('can be used');
  const renamed = found.map(({ name, meant }) => `${name} into ${meant}`).join(', ');
  return warning(found.map(misspeltLine).join(' '), `rename ${renamed}`);
}
