import type { Service, ServiceLog } from '../api/shapes.ts';
import { Status, type Tone } from '../parts/Status.tsx';
import { words } from '../words/words.ts';

const TONES: Readonly<Record<ServiceLog['status'], Tone>> = {
  ok: 'good',
  degraded: 'warn',
  down: 'bad',
  failed: 'bad',
};
const { statuses } = words.services;

/** How a service was found. */
export function FoundState({ status }: { status: ServiceLog['status'] }) {
  return <Status tone={TONES[status]}>{statuses[status]}</Status>;
}

/** How a service was found last; one that is not read says so. */
export function ServiceState({ service: { active, last } }: { service: Service }) {
  if (!active) return <Status tone="idle">{words.services.inactive}</Status>;
  if (last === null) return <Status tone="idle">{words.services.unread}</Status>;
  return <FoundState status={last.status} />;
}
