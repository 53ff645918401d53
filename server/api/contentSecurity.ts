import helmet from 'helmet';

type Handler = ReturnType<typeof helmet.contentSecurityPolicy>;
type Directives = Record<string, readonly string[] | null>;

/** What holds everywhere: nothing of another site, and no page of another site around it. */
const NOTHING_FOREIGN: Directives = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'object-src': ["'none'"],
};

/** The content security policy of whatever no page says otherwise of (W3C, CSP Level 3). */
export function strictPolicy(): Handler {
  return policy({});
}

/** The dashboard's policy: its own files, and style elements that bear this request's nonce. */
export function dashboardPolicy(nonce: string): Handler {
  const own = ["'self'", `'nonce-${nonce}'`];
  return policy({ 'script-src': own, 'style-src': own });
}

/** The policy of Swagger UI, which writes style attributes into its page. */
export function docsPolicy(): Handler {
  return policy({ 'style-src': ["'self'", "'unsafe-inline'"] });
}

function policy(directives: Directives): Handler {
  return helmet.contentSecurityPolicy({
    useDefaults: false,
    // Hourwork is served over plain HTTP too: asking for HTTPS would break it there.
    directives: { ...NOTHING_FOREIGN, ...directives },
  });
}
