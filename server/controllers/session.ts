/** The cookie that carries a browser's token, sent to every endpoint. */
export const SESSION = { name: 'hourwork_session', path: '/' } as const;

/**
 * The header without which a browser's session changes nothing. A page of another site cannot send it:
 * its browser would ask this API first, which never allows it.
 */
export const SESSION_HEADER = 'x-hourwork-session';
