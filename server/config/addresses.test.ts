import { describe, expect, it } from 'vitest';
import { mongoAddressProblem, redisAddressProblem } from './addresses.ts';

const RAW = ['a#b', 'a/b', 'a?b', 'a%b', '100%'];

describe('an address of Redis', () => {
  it.each([
    'redis://host',
    'redis://:pa%40ss@host:6379/0',
    'rediss://me:p@ss:word@[::1]:6380/2',
    'redis://:se%23cret@host',
  ])('may be %s', (address) => {
    expect(redisAddressProblem(address)).toBeNull();
  });

  it.each(RAW)('with the raw password %s says what to encode, and not the password', (password) => {
    const problem = redisAddressProblem(`redis://me:${password}@host:6379`);
    expect(problem).toContain('percent-encoded');
    expect(problem).not.toContain(password);
  });

  it.each(['http://host', 'host:6379'])('is not %s', (address) => {
    expect(redisAddressProblem(address)).toBe('starts with redis:// or rediss://');
  });
});

describe('an address of MongoDB', () => {
  it.each([
    'mongodb://host/db',
    'mongodb://me:s3cret%2Fvalue@one:27017,two:27018/db?replicaSet=rs&appName=a@b',
    'mongodb+srv://me:s3cret@cluster.example.com/db',
    'mongodb://%2Ftmp%2Fmongodb-27017.sock/db',
    'mongodb://[::1]:27017/db',
  ])('may be %s', (address) => {
    expect(mongoAddressProblem(address)).toBeNull();
  });

  it.each([...RAW, 'a:b', 'a@b'])('with the raw password %s says what to encode', (password) => {
    const problem = mongoAddressProblem(`mongodb://me:${password}@host:27017/db`);
    expect(problem).toContain('percent-encoded');
    expect(problem).not.toContain(password);
  });

  it.each([
    'mongodb://host:27017',
    'mongodb://host:27017/',
    'mongodb://me:secret@one,two/?replicaSet=rs',
    'mongodb+srv://host?appName=x',
  ])('without a database is refused: %s', (address) => {
    expect(mongoAddressProblem(address)).toContain('names no database');
  });
});
