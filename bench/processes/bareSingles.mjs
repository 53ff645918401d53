// What a team would write by hand: the same records inserted by the driver, a list in pages while the page
// before is added to BullMQ in batches of 50, four in flight; a call alone, one insert and one add.
// Without `records`, the adding alone.
import { openBareOrders } from './bareOrders.mjs';
import { putIn } from './orders.mjs';
import { answer, given } from './parts.mjs';

const { envelopeOf, record, add, putOne } = await openBareOrders();
const PAGE = 1_000;
const BATCH = 50;
const BATCHES_IN_FLIGHT = 4;

/** @typedef {ReturnType<typeof envelopeOf>} Envelope */

/** @param {Envelope[]} page */
async function recorded(page) {
  if (given.records && page.length > 0) await record(page);
  return page;
}

/** @param {Envelope[]} page */
async function addAll(page) {
  const left = [...page];
  const adder = async () => {
    for (let batch = left.splice(0, BATCH); batch.length > 0; batch = left.splice(0, BATCH)) {
      await add(batch);
    }
  };
  await Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, adder));
}

answer(
  await putIn({
    async many(payloads) {
      const left = payloads.map(envelopeOf);
      let next = recorded(left.splice(0, PAGE));
      for (let page = await next; page.length > 0; page = await next) {
        next = recorded(left.splice(0, PAGE));
        await addAll(page);
      }
    },
    one: (payload) => putOne(payload, { isRecorded: given.records }),
  }),
);
process.exit(0);
