// npm run sample:services: the sample's services, and the server that answers for them.
import { createServer } from 'node:http';
import { allowanceOf } from '../config/egressAllowance.ts';
import { ServiceModel } from '../models/ServiceModel.ts';
import { createSecretBox } from '../Services/Secrets/secretBox.ts';
import {
  addSampleServices,
  answerAsSample,
  SAMPLE_SERVICES,
} from '../Services/ServiceSync/sampleServices.ts';
import { createServices } from '../Services/ServiceSync/services.ts';
import { wholeNumberTo } from './options.ts';
import { commandNamed, complain, say } from './output.ts';
import { withMongo } from './withMongo.ts';

const HOST = '127.0.0.1';
const DEFAULT_PORT = 4010;
const PORT = ['--port <number>', 'its port', wholeNumberTo(65_535), DEFAULT_PORT] as const;

interface Flags {
  port: number;
}

const program = commandNamed('sample:services').description(
  'Six synthetic services for the daily sync, answered by this machine: some are healthy, one is degraded, one fails.',
);

program
  .command('serve', { isDefault: true })
  .description('answers for them, to this machine alone, until it is ended')
  .option(...PORT)
  .action(({ port }: Flags) => serve(port));

program
  .command('add')
  .description(`adds them; EGRESS_ALLOW must name ${HOST} with the port`)
  .option(...PORT)
  .action(({ port }: Flags) =>
    withMongo(async (env) => {
      const allowance = allowanceOf(env);
      const services = createServices({ secrets: createSecretBox(env), allowance });
      await addSampleServices(services, urlOf(port));
      say('The sample’s services are there: npm run service -- list');
    }),
  );

program
  .command('count')
  .description('prints how many synthetic services there are')
  .action(() =>
    withMongo(async () => say(String(await ServiceModel.countDocuments({ synthetic: true })))),
  );

await program.parseAsync();

function serve(port: number): void {
  const server = createServer(answerAsSample);
  server.on('error', (error: NodeJS.ErrnoException) => {
    complain(
      error.code === 'EADDRINUSE'
        ? `Port ${port} is taken: npm start may have this server running already. Another: --port`
        : error.message,
    );
    process.exitCode = 1;
  });
  server.listen(port, HOST, () => {
    say(...SAMPLE_SERVICES.map(({ input, path }) => `${input.name}: ${urlOf(port)}${path}`));
    say(
      `To add them, with EGRESS_ALLOW=${HOST}:${port} in .env: npm run sample:services -- add --port ${port}`,
    );
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      server.close();
      server.closeAllConnections();
    });
  }
}

function urlOf(port: number): string {
  return `http://${HOST}:${port}`;
}
