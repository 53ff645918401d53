// Downloads MongoDB's own server for this machine into the folder given and prints its path last.
// A process of its own, so that its caller can cut it off.
import { argv } from 'node:process';
import { MongoBinary } from 'mongodb-memory-server-core';

try {
  console.log(await MongoBinary.getPath({ downloadDir: argv[2] ?? '' }));
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
}
