import { type Settings, SHORTENED } from '../e2e/deployment.ts';

/** Documented settings, shortened; jobs have twice the reconciler's interval to be found again. */
export const QUICK: Settings = { ...SHORTENED, RECONCILE_INTERVAL_MS: '5000' };

/** What production has when nobody says otherwise. */
export const AS_IN_PRODUCTION: Settings = {};
