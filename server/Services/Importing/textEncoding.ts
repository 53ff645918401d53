import { AppError } from '../../errors/AppError.ts';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** What a file begins with that is no text, and what to do with it. */
const OTHER_FORMATS: readonly { begins: string; problem: string }[] = [
  { begins: '1f8b', problem: 'is compressed with gzip: unpack it first, with gunzip' },
  {
    begins: '504b0304',
    problem: 'is an Excel workbook (.xlsx) or a zip archive: save it as CSV, or unpack it first',
  },
  { begins: 'd0cf11e0a1b11ae1', problem: 'is an old Excel workbook (.xls): save it as CSV' },
  { begins: '28b52ffd', problem: 'is compressed with zstd: unpack it first' },
  { begins: '425a68', problem: 'is compressed with bzip2: unpack it first, with bunzip2' },
  { begins: 'fd377a585a00', problem: 'is compressed with xz: unpack it first, with unxz' },
  { begins: '377abcaf271c', problem: 'is a 7z archive: unpack it first' },
  { begins: '25504446', problem: 'is a PDF: an import reads CSV' },
  { begins: '50415231', problem: 'is a Parquet file: export it as CSV' },
];

/**
 * How the text is encoded that begins with `head`: by its byte order mark (Unicode 16.0, 23.8),
 * else by the zero bytes that Latin letters have in UTF-16, else UTF-8.
 * @throws AppError VALIDATION_FAILED, naming the format, for what is no text.
 */
export function requireText(path: string, head: Buffer): TextEncoding {
  const hex = head.subarray(0, 8).toString('hex');
  const other = OTHER_FORMATS.find(({ begins }) => hex.startsWith(begins));
  if (other !== undefined) throw new AppError('VALIDATION_FAILED', `${path} ${other.problem}.`);
  if (/^fffe(?!0000)/.test(hex) || /^(?:(?!00)..00){2}/.test(hex)) return 'utf-16le';
  if (/^feff/.test(hex) || /^(?:00(?!00)..){2}/.test(hex)) return 'utf-16be';
  if (head.includes(0)) {
    throw new AppError('VALIDATION_FAILED', `${path} holds no text: an import reads CSV in UTF-8.`);
  }
  return 'utf-8';
}
