import { Link2 } from 'lucide-react';
import { useLocation } from 'wouter';
import { tell } from '../api/http.ts';
import { ActWithNote } from '../parts/Act.tsx';
import { words } from '../words/words.ts';

/** Keeps how all stands now, and goes to the page that shows it, whose address can be sent. */
export function KeepMoment() {
  const [, goTo] = useLocation();
  return (
    <ActWithNote
      label={words.incidents.keep}
      icon={Link2}
      text={words.incidents.keepText}
      act={(note) => tell<{ id: string }>('/app/incidents', { note })}
      done={({ id }) => {
        goTo(`/incidents/${id}`);
        return words.incidents.kept;
      }}
    />
  );
}
