export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'idle';

/** A state as a coloured mark and a word: never by colour alone. */
export function Status({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className="status">
      <span className="status-mark" data-tone={tone} aria-hidden="true" />
      {children}
    </span>
  );
}
