import { expectTypeOf, test } from 'vitest';
import type { Address, Answer, Body, Query } from './routes.ts';
import type { Conversation, Counts, Message, VisitorMessagePage } from './types.ts';

type One = `/conversations/${string}`;

test('an address is known by its whole shape, not by its beginning', () => {
  expectTypeOf<Answer<'get', One>>().toEqualTypeOf<Conversation>();
  expectTypeOf<Answer<'get', '/conversations/counts'>>().toEqualTypeOf<Counts>();
  expectTypeOf<Answer<'post', `${One}/notes`>>().toEqualTypeOf<Message>();
  expectTypeOf<Answer<'get', `/visitor${One}/messages`>>().toEqualTypeOf<VisitorMessagePage>();
  expectTypeOf<Answer<'get', `${One}/nothing`>>().toBeUnknown();
  expectTypeOf<Answer<'delete', `/teams/${string}`>>().toBeVoid();
  expectTypeOf<'/nothing'>().not.toExtend<Address<'get'>>();
  expectTypeOf<'/conversations'>().not.toExtend<Address<'put'>>();
});

test('what is sent and asked is what the server takes', () => {
  expectTypeOf<Body<'put', '/me/presence'>>().toEqualTypeOf<{
    presence: 'available' | 'busy' | 'away';
    backAt?: string;
  }>();
  expectTypeOf<{ view: 'mine'; cursor: null }>().toExtend<Query<'get', '/conversations'>>();
  expectTypeOf<{ view: 'yours' }>().not.toExtend<Query<'get', '/conversations'>>();
});
