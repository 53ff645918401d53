import { AppError } from '../../errors/AppError.ts';
import { parseCents } from '../CustomerScoring/money.ts';
import { dayStart } from '../CustomerScoring/utcDay.ts';
import { type InputFile, openInput } from './inputFile.ts';
import { type Line, readLines } from './lines.ts';

/** The day of the last purchase in the file. */
export const SAMPLE_LAST_DAY = '1998-06-30';

export interface SamplePurchase {
  /** Its line in the file, from 1; line 1 holds the names of the columns. */
  readonly line: number;
  readonly customer: string;
  readonly purchasedAt: Date;
  readonly amountCents: number;
  readonly items: number;
}

/** One customer with all purchases: the file is in the order of its customers. */
export interface SampleCustomer {
  readonly customer: string;
  readonly purchases: readonly SamplePurchase[];
  /** The part of the file that was read so far, 0 to 1. */
  readonly progress: number;
}

/**
 * The customers of the CDNOW file, one after another.
 * @throws AppError INTERNAL when a line is not as it should be; as openInput does, without the file.
 */
export async function* readSample(path: string): AsyncGenerator<SampleCustomer> {
  const input = await openInput(path);
  try {
    yield* customersIn(input);
  } finally {
    await input.close();
  }
}

async function* customersIn(input: InputFile): AsyncGenerator<SampleCustomer> {
  let purchases: SamplePurchase[] = [];
  let progress = 0;
  for await (const line of readLines(input)) {
    if (line.number === 1) continue;
    const purchase = parseSampleLine(input.path, line);
    const last = purchases.at(-1);
    if (last !== undefined && last.customer !== purchase.customer) {
      yield { customer: last.customer, purchases, progress };
      purchases = [];
    }
    purchases.push(purchase);
    progress = line.progress;
  }
  const last = purchases.at(-1);
  if (last !== undefined) yield { customer: last.customer, purchases, progress };
}

/** Customer, date, CDs, dollars. */
const SAMPLE_LINE = /^ *(\d{5}) +(\d{4})(\d\d)(\d\d) +(\d+) +([\d.]+) *$/;

function parseSampleLine(path: string, { number, text }: Line): SamplePurchase {
  const [, customer, year, month, day, items, dollars] = SAMPLE_LINE.exec(text) ?? [];
  const amountCents = dollars === undefined ? null : parseCents(dollars);
  if (customer === undefined || amountCents === null) {
    throw new AppError(
      'INTERNAL',
      `Line ${number} of ${path} is no purchase of the sample: restore the file as it was.`,
    );
  }
  return {
    line: number,
    customer,
    purchasedAt: dayStart(`${year}-${month}-${day}`),
    amountCents,
    items: Number(items),
  };
}
