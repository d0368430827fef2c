import type { Event } from '@visavis/client';
import type { Session } from './session.svelte.ts';

/** Lets what has happened in: every kind of event is named here, so that a new one cannot be overlooked. */
export function letIn(event: Event, session: Session): void {
  const { inbox, promises, steps, offers, assists, callbacks, people, readings, attributes } = session;
  if ('conversation' in event && event.conversation) inbox.take(event.conversation);
  switch (event.type) {
    case 'promise.made':
    case 'promise.paused':
    case 'promise.resumed':
    case 'promise.warned':
    case 'promise.kept':
    case 'promise.missed':
    case 'promise.late':
    case 'promise.voided':
      if (event.conversationId) promises.happened(event.conversationId, event.type, event.promise);
      inbox.countSoon();
      break;
    case 'step.added':
    case 'step.changed':
      if (event.step) steps.take(event.step);
      break;
    case 'step.removed':
      if (event.conversationId) steps.drop(event.conversationId, event.stepId);
      break;
    case 'offer.made':
      if (event.offer) offers.made(event.offer);
      break;
    case 'offer.ended':
      if (event.offer) offers.ended(event.offer);
      break;
    case 'assist.interrupted':
      if (event.assist) {
        assists.take(event.assist);
        assists.interrupted(event.assist.id);
      }
      break;
    case 'assist.returned':
      if (event.assist) assists.returned(event.assist);
      break;
    case 'assist.pressed':
    case 'assist.rang':
    case 'assist.late':
    case 'assist.accepted':
    case 'assist.live':
    case 'assist.asked':
    case 'assist.consented':
    case 'assist.revoked':
    case 'assist.watched':
    case 'assist.refused':
    case 'assist.called':
    case 'assist.passed':
    case 'assist.joined':
    case 'assist.left':
    case 'assist.ended':
    case 'assist.concluded':
    case 'assist.rated':
    case 'assist.replayed':
    case 'assist.exported':
    case 'assist.forgotten':
      if (event.assist) assists.take(event.assist);
      break;
    case 'message.understood':
    case 'reading.corrected':
      if (event.reading) readings.take(event.reading);
      if (event.conversationId) promises.again(event.conversationId);
      break;
    case 'conversation.classified':
    case 'conversation.ranked':
    case 'rule.ran':
      if (event.conversationId) promises.again(event.conversationId);
      break;
    case 'presence.changed':
      people.setPresence(event.memberId, event.presence, event.backAt);
      break;
    case 'callback.asked':
      void callbacks.load();
      break;
    case 'callback.ended':
      if (event.conversationId) callbacks.drop(event.conversationId, event.callbackId);
      break;
    case 'routing.changed':
      // New weights give every conversation another place.
      if (event.what === 'settings') void inbox.reload();
      break;
    case 'attributes.chosen':
      void attributes.load();
      break;
    case 'conversation.read':
    case 'conversation.started':
    case 'conversation.assigned':
    case 'conversation.snoozed':
    case 'conversation.woken':
    case 'conversation.resolved':
    case 'conversation.reopened':
    case 'conversation.renamed':
    case 'message.received':
    case 'message.automatic':
    case 'message.sent':
    case 'note.written':
    case 'customer.identified':
    case 'customer.changed':
    case 'member.joined':
    case 'member.changed':
    case 'team.created':
    case 'team.changed':
    case 'team.deleted':
    case 'channel.created':
    case 'channel.changed':
    case 'notice.given':
    case 'arrival.quarantined':
    case 'arrival.settled':
    case 'channel.health':
    case 'conversation.participants':
    case 'sending.changed':
    case 'view.changed':
    case 'signature.changed':
    case 'template.changed':
    case 'conversation.called':
    case 'conversation.spoken':
    case 'conversation.concluded':
    case 'incident.suspected':
    case 'incident.grew':
    case 'incident.signalled':
    case 'incident.confirmed':
    case 'incident.fixing':
    case 'incident.solved':
    case 'incident.dismissed':
    case 'incident.changed':
    case 'reason.planned':
    case 'reason.unplanned':
      break; // the stores themselves know what to do with these
  }
}
