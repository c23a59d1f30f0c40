import { describe, expect, it } from 'vitest';
import { VarsError } from '../../../src/vars/error.ts';
import { compileVariable } from '../../../src/vars/variable.ts';
import { request } from '../routes/request.ts';

const asked = request('/caf%C3%A9?name=a%20b&name=2&flag&empty=&x=1=2', {
  method: 'POST',
  scheme: 'https',
  serverPort: 8443,
  authority: 'Shop.Example:8443',
  remoteAddr: '192.0.2.1',
  headers: [
    ['X-User-Id', '7'],
    ['accept', 'a'],
    ['Accept', 'b'],
    ['X_Under', 'no'],
    ['Cookie', 'a=1;b = 2; sid=x=y;  empty='],
    ['cookie', 'late=3; sid=second'],
    ['Content-Type', 'text/plain'],
    ['content-length', '5'],
  ].flat(),
});

describe('compileVariable', () => {
  it.each([
    ['http_x_user_id', '7'],
    ['http_X-User-ID', '7'],
    ['HTTP_X_USER_ID', '7'],
    ['http_accept', 'a, b'],
    ['http_x_under', undefined],
    ['http_absent', undefined],
    ['http_host', 'Shop.Example:8443'],
    ['http_Host', 'Shop.Example:8443'],
    ['cookie_a', '1'],
    ['cookie_A', undefined],
    ['cookie_sid', 'x=y'],
    ['cookie_late', '3'],
    ['cookie_empty', ''],
    ['cookie_id', undefined],
    ['arg_name', 'a b'],
    ['arg_Name', undefined],
    ['arg_flag', ''],
    ['arg_empty', ''],
    ['arg_x', '1=2'],
    ['arg_ame', undefined],
    ['arg_fla', undefined],
    ['remote_addr', '192.0.2.1'],
    ['uri', '/café'],
    ['request_uri', '/caf%C3%A9?name=a%20b&name=2&flag&empty=&x=1=2'],
    ['args', 'name=a%20b&name=2&flag&empty=&x=1=2'],
    ['query_string', 'name=a%20b&name=2&flag&empty=&x=1=2'],
    ['is_args', '?'],
    ['host', 'shop.example'],
    ['request_method', 'POST'],
    ['method', 'POST'],
    ['scheme', 'https'],
    ['server_port', '8443'],
    ['content_type', 'text/plain'],
    ['content_length', '5'],
  ])('%s is %j', (name, expected) => {
    expect(compileVariable(name)(asked)).toBe(expected);
  });

  it.each([
    ['is_args', ''],
    ['args', ''],
    ['arg_x', undefined],
    ['cookie_x', undefined],
    ['http_host', undefined],
    ['content_type', undefined],
  ])('%s of a bare request is %j', (name, expected) => {
    expect(compileVariable(name)(request('/'))).toBe(expected);
  });

  it.each(['nope', '', 'arg', 'arg_', 'http_', 'constructor', '__proto__', 'server_name'])(
    'refuses %j and lists what there is',
    (name) => {
      expect(() => compileVariable(name)).toThrow(VarsError);
      expect(() => compileVariable(name)).toThrow(
        /^unknown variable '.*'; known variables: args, .*arg_\*, cookie_\*, http_\*$/,
      );
    },
  );

  it.each(['post_arg_name', 'graphql_operation'])('says why there is no %s', (name) => {
    expect(() => compileVariable(name)).toThrow(/request body, which is streamed/);
  });
});
