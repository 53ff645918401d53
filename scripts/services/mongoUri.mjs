/** @typedef {{user: string, password: string}} MongoLogin */

/**
 * The address of a MongoDB on this machine.
 * @param {{port: number, login?: MongoLogin | undefined, database?: string}} options
 */
export function mongoUri({ port, login, database }) {
  const before = login === undefined ? '' : `${login.user}:${login.password}@`;
  const after = login === undefined ? '' : '?authSource=admin';
  return `mongodb://${before}127.0.0.1:${port}/${database ?? ''}${after}`;
}
