/** The versions that are at work, the newest last. */
export function versionsOf(workers: readonly { version: string }[]): string[] {
  const versions = [...new Set(workers.map(({ version }) => version))];
  return versions.sort((left, right) => left.localeCompare(right, 'en', { numeric: true }));
}
