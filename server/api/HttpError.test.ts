import { mongo } from 'mongoose';
import { expect, it } from 'vitest';
import { AppError } from '../errors/AppError.ts';
import { toHttpError } from './HttpError.ts';

it('takes message and details of what was foreseen', () => {
  const error = new AppError('JOB_PENDING', 'Wait for it.', { details: { jobId: 'j' } });
  expect(toHttpError(error)).toMatchObject({
    status: 409,
    code: 'JOB_PENDING',
    message: 'Wait for it.',
    details: { jobId: 'j' },
  });
});

it('says of Redis what the specification fixes, whatever the error said', () => {
  expect(toHttpError(new AppError('REDIS_UNAVAILABLE', 'ECONNREFUSED 10.0.0.1'))).toMatchObject({
    status: 503,
    message: 'Redis is required for job scheduling. Please ensure Redis is running.',
  });
});

it('knows the driver’s ways to say that MongoDB is away', () => {
  const error = new mongo.MongoNetworkError('connection to 10.0.0.1 closed');
  const answer = toHttpError(error);
  expect(answer).toMatchObject({ status: 503, code: 'MONGODB_UNAVAILABLE' });
  expect(answer.message).not.toContain('10.0.0.1');
});

it.each([
  new TypeError('cannot read properties of undefined'),
  Object.assign(new Error('refused'), { status: 500 }),
  'a string',
  undefined,
])('tells nothing of what nobody foresaw: %s', (thrown) => {
  expect(toHttpError(thrown)).toMatchObject({
    status: 500,
    code: 'INTERNAL',
    message: 'Something went wrong on our side.',
    cause: thrown,
  });
});
