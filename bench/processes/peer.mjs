// One process of another way to run the hourly batch: `peer.mjs <peer> worker` takes jobs, `peer.mjs <peer>
// producer` puts one in for each active user and answers when all of them are in. The work for a user is the
// product's own with its gathered reads and writes, unless `worker query-for-each` says that nothing is gathered.
import { answer, env, given, load } from './parts.mjs';
import { queryForEach } from './queryForEach.mjs';

const { connectMongo } = await load('config/mongoConn.js');
const { UserModel } = await load('models/UserModel.js');
const { createUserDataGateway } = await load('Services/CustomerScoring/userDataGateway.js');
const { scoreCustomer } = await load('Services/CustomerScoring/scoreCustomer.js');
const settings = await env();
await connectMongo({ uri: given.mongoUri });
const userData = createUserDataGateway({ scoringParams: settings.SCORING_PARAMS });
const [, , name = '', role = '', detail = ''] = process.argv;
const isGathered = detail !== 'query-for-each';
const { signal } = new AbortController();
const asOf = new Date().toISOString().slice(0, 10);
const PAGE = 1_000;

/** @typedef {{userId: string, runSeq: number}} PeerJob */
/**
 * Another way to run jobs: `add` puts some in, `work` takes them until the process ends.
 * @typedef {{add: (jobs: PeerJob[]) => Promise<unknown>, work: (work: (job: PeerJob) => Promise<void>) => Promise<unknown>}} Peer
 */

/** @param {PeerJob} job */
async function work({ userId, runSeq }) {
  const data = isGathered
    ? userData.forJob({ runSeq, backfill: false, asOf, signal })
    : queryForEach({ runSeq, asOf });
  const score = scoreCustomer(await data.purchases(userId), asOf, settings.SCORING_PARAMS);
  await data.saveSummary(userId, score);
}

/** Ids of all active users, in pages. @returns {AsyncGenerator<string[]>} */
async function* userIds() {
  const users = UserModel.collection
    .find({ active: true, deletedAt: null }, { projection: { _id: 1 } })
    .sort({ _id: 1 })
    .batchSize(PAGE);
  /** @type {string[]} */
  let page = [];
  for await (const { _id } of users) {
    page.push(_id.toHexString());
    if (page.length === PAGE) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}

/** @type {Peer} */
const peer = await (await import(`../peers/${name}.mjs`)).open(settings);
if (role === 'worker') {
  await peer.work(work);
  answer({ ready: true });
} else {
  const began = Date.now();
  for await (const page of userIds()) {
    await peer.add(page.map((userId) => ({ userId, runSeq: Number(detail) })));
  }
  answer({ began });
}
