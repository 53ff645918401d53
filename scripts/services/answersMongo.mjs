/**
 * Whether a server that speaks MongoDB's protocol answers a query here: the connection alone would
 * not show that the storage behind it is up. Needs the project's packages installed.
 * @param {string} uri
 * @param {number} [withinMs]
 * @returns {Promise<boolean>}
 */
export async function answersMongo(uri, withinMs = 1000) {
  const { default: mongoose } = await import('mongoose');
  const connection = mongoose.createConnection(uri, {
    serverSelectionTimeoutMS: withinMs,
    connectTimeoutMS: withinMs,
    socketTimeoutMS: 3 * withinMs,
  });
  try {
    await connection.asPromise();
    await connection.listCollections();
    return true;
  } catch {
    return false;
  } finally {
    await connection.destroy();
  }
}
