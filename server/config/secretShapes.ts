/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

/** Words that name a secret, alone or as part of a name: `client_secret`, `DB_PASSWORD`, `accountKey`. */
const WORDS =
  'pass(?:word|wd|phrase)|pwd|token(?!s)|secret|credential|authorization|cookie|' +
  '(?:api|access|account|private|signing|shared|encryption)[-_]?key';
const NAME = `(?:(?:${WORDS})[\\w-]{0,32}|\\bpass)`;

/** A property of this name holds a secret, whatever its value looks like. */
export const SECRET_KEY = new RegExp(`^pass$|token|${WORDS}`, 'i');

/** Headers of HTTP that carry credentials: what follows them to the end of the line is theirs. */
const HEADER =
  '(?:proxy-)?authorization|(?:set-)?cookie|x-[a-z-]{0,24}(?:token|key|secret|signature)';
/** Says only how the credentials that follow are made. */
const SCHEME = '(?:(?:Bearer|Basic|Digest|Negotiate|Token|ApiKey) +)?';
/** A word alone after a colon is prose: "Invalid token: expired". */
const NO_WORD = '(?![a-z]{0,64}\\.?(?:[\\s,;)}\\]]|$))';

/** Keys whose form tells who issued them, as the issuers document it for secret scanners. */
const ISSUED_KEYS = [
  'hwt_[\\w-]{20,64}', // Hourwork
  '(?:AKIA|ASIA)[A-Z\\d]{16}', // AWS
  'gh[opsur]_\\w{20,255}', // GitHub
  'github_pat_\\w{20,255}',
  'gl(?:pat|dt|rt|cbt)-[\\w-]{16,64}', // GitLab
  '[spr]k_(?:live|test)_\\w{10,255}', // Stripe
  'whsec_[\\w+/=]{16,255}', // Stripe, Standard Webhooks
  'xox[abeoprs]-[\\w-]{10,255}', // Slack
  'xapp-[\\w-]{10,255}',
  'sk-[\\w-]{20,255}', // OpenAI, Anthropic
  'AIza[\\w-]{35}', // Google
  'ya29\\.[\\w-]{20,512}',
  'GOCSPX-[\\w-]{20,64}',
  'SG\\.[\\w-]{16,64}\\.[\\w-]{16,64}', // SendGrid
  'npm_[a-zA-Z\\d]{36}',
  'pypi-[\\w-]{16,512}',
  'dop_v1_[a-f\\d]{64}', // DigitalOcean
  'hvs\\.[\\w-]{20,255}', // HashiCorp Vault
];

/**
 * What looks like a secret wherever it stands in a text, and what is left of it. Repetitions are bounded
 * or cannot overlap: the time stays linear in the text, which others may have written. A text may have
 * been cut, so a shape with a closing mark also ends with the text.
 */
export const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  // Private keys in the textual encoding of RFC 7468; those of OpenSSH and PGP look alike.
  [
    /-----BEGIN [A-Z\d ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z\d ]{0,40}-----|$)/g,
    REDACTED,
  ],
  // JSON Web Tokens (RFC 7519): three base64url parts, the first beginning with `{"`.
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, REDACTED],
  [new RegExp(`(?<![\\w-])(?:${ISSUED_KEYS.join('|')})`, 'g'), REDACTED],
  // The user and password of a URL, greedily: a password may hold an unescaped @.
  [/\b([a-z][a-z\d+.-]{0,19}:\/\/)[^\s/"']+@/gi, `$1${REDACTED}@`],
  // "password": "…" in JSON, 'token': '…' as Node prints an object, secret="…".
  [
    new RegExp(`(${NAME}["']?\\s{0,3}[:=]\\s{0,3}")(?:[^"\\\\]|\\\\.)*(?:"|\\\\?$)`, 'gi'),
    `$1${REDACTED}"`,
  ],
  [
    new RegExp(`(${NAME}["']?\\s{0,3}[:=]\\s{0,3}')(?:[^'\\\\]|\\\\.)*(?:'|\\\\?$)`, 'gi'),
    `$1${REDACTED}'`,
  ],
  [
    new RegExp(
      `(^|[\\s"'\`,;({[])((?:${HEADER}): *${SCHEME})(?!["'\\s]|\\[redacted\\]$)[^\\r\\n]+`,
      'gim',
    ),
    `$1$2${REDACTED}`,
  ],
  [/\b(Bearer|Basic)\s+[\w+/.=~-]{8,}/gi, `$1 ${REDACTED}`],
  // password=… in a query string, a connection string or a message.
  [new RegExp(`(${NAME}\\s{0,3}=\\s{0,3})[^&\\s"']+`, 'gi'), `$1${REDACTED}`],
  // password: … at the end of a line or an item.
  [
    new RegExp(
      `(${NAME}:[ \\t]{0,3})${NO_WORD}(?!\\[redacted)[^\\s"',;)}\\]]+(?=[ \\t]*(?:$|[\\r\\n,;)}\\]]))`,
      'gim',
    ),
    `$1${REDACTED}`,
  ],
];
