import { Trash2 } from 'lucide-react';
import { useLocation } from 'wouter';
import { remove } from '../api/http.ts';
import { Act } from '../parts/Act.tsx';
import { words } from '../words/words.ts';

/** Removes a moment that was kept, and goes to those that still are. */
export function ForgetMoment({ id }: { id: string }) {
  const [, goTo] = useLocation();
  return (
    <Act
      label={words.incidents.remove}
      icon={Trash2}
      text={words.incidents.removeText}
      destructive
      act={() => remove(`/app/incidents/${encodeURIComponent(id)}`)}
      done={() => {
        goTo('/incidents');
        return words.incidents.removed;
      }}
    />
  );
}
