/** The environment of a process that knows these settings alone: neither those of this process, nor any `.env`. */
export function environmentOf(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, ENV_FILE: '/dev/null', ...settings };
}
