import type { z } from 'zod';
import type { KeptCookie } from '../controllers/reply.ts';
import type { ErrorCode } from '../errors/codes.ts';
import type { TokenScope } from '../models/ApiTokenModel.ts';
import type { Identity } from '../Services/Auth/authentication.ts';

/**
 * Who may call a route. `ownUserOrReader`: a reader, or the account of the user that the
 * parameter `userId` names. `keyOrAdministrator`: an administrator, or whoever sends the cron
 * manager's key, in a header or as `apiKey` in the body.
 */
export type Guard =
  | 'anyone'
  | 'ownUserOrReader'
  | 'reader'
  | 'administrator'
  | 'keyOrAdministrator';

/** `success`: `{success: false, error, code}`. */
export type ErrorForm = 'success';

type Part = z.ZodObject | undefined;
type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
/** The schema of the body for each status a handler may answer with. */
type Responses = Readonly<Record<number, z.ZodType>>;
type Answer<Schema extends z.ZodType, Events> = Events extends true
  ? AsyncIterable<z.input<Schema>>
  : z.input<Schema>;
type Reply<R extends Responses, Events> = {
  [Status in keyof R & number]: {
    status: Status;
    body: Answer<R[Status], Events>;
    cookies?: readonly KeptCookie[];
  };
}[keyof R & number];

/** What a handler is given: checked, converted, and nothing else of the request. */
interface RouteRequest<G extends Guard, Params, Query, Body, Headers> {
  params: Parsed<Params>;
  query: Parsed<Query>;
  body: Parsed<Body>;
  headers: Parsed<Headers>;
  account: G extends 'anyone' ? null : Identity;
  requestId: string;
  /** The cookies sent, by name. */
  cookies: ReadonlyMap<string, string>;
  /** The client's address; of IPv6 the network that stands for one client. */
  address: string;
  /** The body's bytes as they came, for a signature over them; null without a body. */
  rawBody: Buffer | null;
  /** Aborts when the process begins to stop; of a stream of events also when its client is gone
   * or may no longer see it. */
  signal: AbortSignal;
}

interface RouteOf<
  G extends Guard,
  Params extends Part,
  Query extends Part,
  Body extends Part,
  Headers extends Part,
  R extends Responses,
  Events extends true | undefined,
> {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** In Express' form: `/job/:jobId`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  guard: G;
  /** What an API token must be good for here, where it does not follow from the guard. */
  scope?: TokenScope;
  /** Unknown keys of params, query and body are refused: make these with z.strictObject. */
  params?: Params;
  query?: Query;
  body?: Body;
  /** The headers that the handler reads, by name in lower case. */
  headers?: Headers;
  responses: R;
  /** The answer is a stream of server-sent events, each of the shape that `responses` names. */
  events?: Events;
  /** Many are answered with one object, which never changes: it is checked and written once. */
  shared?: true;
  /** The media type of an answer that is no JSON: a text, or a file's bytes. */
  media?: string;
  /** What may be answered besides those that follow from guard and schemas. */
  errors?: readonly ErrorCode[];
  /** Another form of errors than everywhere else; the same for all routes of a path. */
  errorForm?: ErrorForm;
  handle(
    request: RouteRequest<G, Params, Query, Body, Headers>,
  ): Promise<Reply<R, Events>> | Reply<R, Events>;
}

/** One endpoint: all that is checked, answered and documented of it. */
export type Route = RouteOf<Guard, Part, Part, Part, Part, Responses, true | undefined>;

/** Ties a handler's argument and answer to the schemas beside it; adds nothing at run time. */
export function defineRoute<
  const G extends Guard,
  const R extends Responses,
  Params extends Part = undefined,
  Query extends Part = undefined,
  Body extends Part = undefined,
  Headers extends Part = undefined,
  const Events extends true | undefined = undefined,
>(route: RouteOf<G, Params, Query, Body, Headers, R, Events>): Route {
  // The argument and answer of its handler stay tied to its own schemas, which mountRoutes applies.
  return route as Route;
}
