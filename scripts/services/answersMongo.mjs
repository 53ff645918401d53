/**
 * Whether a server that speaks MongoDB's protocol answers a query here: the connection alone would
 * not show that the storage behind it is up. Needs the project's packages installed.
 * @param {string} uri
 * @returns {Promise<boolean>}
 */
export async function answersMongo(uri) {
  const { default: mongoose } = await import('mongoose');
  const connection = mongoose.createConnection(uri, {
    serverSelectionTimeoutMS: 1000,
    connectTimeoutMS: 1000,
    socketTimeoutMS: 3000,
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
