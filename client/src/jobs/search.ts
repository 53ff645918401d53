/** The words of a search that the API knows, and so those that may stand before a colon. */
const QUALIFIERS = ['status', 'user', 'run', 'kind', 'queue', 'error', 'key'] as const;
type Qualifier = (typeof QUALIFIERS)[number];

interface Search {
  /** As the API takes them. */
  params: Partial<Record<Qualifier | 'id', string>>;
  /** The first word that is none. */
  unknown: string | null;
}

function isQualifier(word: string): word is Qualifier {
  return QUALIFIERS.some((qualifier) => qualifier === word);
}

/** Reads `user:00004 status:failed` or an id; of two words of one kind the later one counts. */
export function readSearch(text: string): Search {
  const params: Search['params'] = {};
  let unknown: string | null = null;
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [, name, value] = /^([a-z]+):(.*)$/.exec(word) ?? [];
    if (name === undefined || value === undefined) params.id = word;
    else if (isQualifier(name)) {
      if (value !== '') params[name] = value;
    } else unknown ??= word;
  }
  return { params, unknown };
}

/** The search with one word changed or, by undefined, taken away. */
export function withWord(text: string, name: Qualifier, value: string | undefined): string {
  const others = text.split(/\s+/).filter((word) => word !== '' && !word.startsWith(`${name}:`));
  return [...others, ...(value === undefined ? [] : [`${name}:${value}`])].join(' ');
}

/** The page of jobs with this search; an empty one shows all. */
export function searchPath(text: string): string {
  return text === '' ? '/jobs' : `/jobs?q=${encodeURIComponent(text)}`;
}
