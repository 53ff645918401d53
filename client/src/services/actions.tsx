import { RefreshCw } from 'lucide-react';
import { tell } from '../api/http.ts';
import type { Service } from '../api/shapes.ts';
import { Act } from '../parts/Act.tsx';
import { words } from '../words/words.ts';

const { services } = words;

/** Reads all active services now. */
export function SyncAll() {
  return (
    <Act
      label={services.syncAll}
      icon={RefreshCw}
      text={services.syncAllText}
      act={() => tell('/api/v1/sync/all')}
      done={() => services.syncing}
    />
  );
}

/** Reads one service now. */
export function SyncOne({ service: { id, name } }: { service: Service }) {
  return (
    <Act
      label={services.sync}
      icon={RefreshCw}
      text={services.syncText(name)}
      act={() => tell(`/api/v1/sync/service/${encodeURIComponent(id)}`)}
      done={() => services.syncing}
    />
  );
}
