/**
 * What is wrong with an address, in words that follow its setting's name; null if nothing is. They
 * never hold a part of the address, which may be a password.
 */
type AddressCheck = (address: string) => string | null;

const ENCODE =
  'write these characters percent-encoded in user and password: ' +
  '% as %25, @ as %40, : as %3A, / as %2F, ? as %3F, # as %23';

/** What is wrong with `redis://user:password@host:6379/0`, or `rediss://`, as it is given; null if nothing is. */
export const redisAddressProblem: AddressCheck = (address) => {
  if (!/^rediss?:\/\//.test(address)) return 'starts with redis:// or rediss://';
  if (!hasWholeEscapes(address)) return `holds a % that begins no escape: ${ENCODE}`;
  if (!URL.canParse(address)) {
    return `is no address such as redis://user:password@host:6379/0; ${ENCODE}`;
  }
  // One that is no number would be none to ioredis, which then asks for NaN.
  return hasNumberedDatabase(new URL(address))
    ? null
    : 'ends in the number of a database, as redis://host:6379/0, or in none';
};

/** Several hosts may stand there, so the class URL does not read it. */
const MONGO = /^mongodb(?:\+srv)?:\/\/(?:[^:@/?#\s]*(?::[^:@/?#\s]*)?@)?[^@/?#\s]+(?<rest>.*)$/s;

/** The same of `mongodb://user:password@host:27017,host:27018/database?options`, or `mongodb+srv://`. */
export const mongoAddressProblem: AddressCheck = (address) => {
  if (!/^mongodb(\+srv)?:\/\//.test(address)) return 'starts with mongodb:// or mongodb+srv://';
  if (!hasWholeEscapes(address)) return `holds a % that begins no escape: ${ENCODE}`;
  const { rest } = MONGO.exec(address)?.groups ?? {};
  if (rest === undefined) {
    return `is no address such as mongodb://user:password@host:27017/hourwork; ${ENCODE}`;
  }
  if (/^\/[^/?#\s]+(?:\?.*)?$/s.test(rest)) return null;
  // What is left of a password with a raw / or ? in it names a host after all.
  if (/@/.test(rest)) return `has an @ behind its host: ${ENCODE}`;
  return 'names no database: it stands behind the host, as in mongodb://host:27017/hourwork';
};

function hasNumberedDatabase({ pathname, searchParams }: URL): boolean {
  return /^\/?\d*$/.test(pathname) && /^\d*$/.test(searchParams.get('db') ?? '');
}

function hasWholeEscapes(address: string): boolean {
  return !/%(?![\da-f]{2})/i.test(address);
}
