import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FeedCollection } from '@/model/collection.js';
import type { Scope } from '@/model/scope.js';
import { ApiProblem } from '@/platform/problem/api-problem.js';
import { Access } from './access.js';
import type { Principal } from './principal.js';
import { Refusal } from './refusal.js';
import type { Caller } from './route/caller.js';
import { VisibleCollection } from './visible-collection.js';

/** Injection token of the collection with all sources. Only access has it: everyone else gets what a caller may see. */
export const WHOLE_COLLECTION = Symbol('WHOLE_COLLECTION');

/** What `/health/ready` may tell a caller. */
export interface ReadinessView {
  readonly collection: FeedCollection;
  /** False: the status word only. */
  readonly hasDetails: boolean;
}

/** Lets requests through, each with the part of the collection that its caller may see. */
@Injectable()
export class Callers {
  readonly #visible = new WeakMap<Principal, Map<Scope, FeedCollection>>();

  constructor(
    private readonly access: Access,
    @Inject(WHOLE_COLLECTION) private readonly whole: FeedCollection,
  ) {}

  /** Notes who makes a request. Throws the problem that it is refused with; all answers get the headers of limits. */
  async admit(request: FastifyRequest, reply: FastifyReply, scope: Scope): Promise<void> {
    const admission = await this.access.admit(request, scope);
    if (admission instanceof Refusal) throw problemOf(admission);
    void reply.headers(admission.headers);
    request.caller = this.#callerOf(admission.principal, request, scope);
  }

  /** Never refuses: a supervisor has no credential, or may have an old one. */
  async readinessFor(request: FastifyRequest): Promise<ReadinessView> {
    const principal = await this.access.identify(request);
    if (principal?.mayUse('sources:read') !== true) return { collection: this.whole, hasDetails: false };
    return { collection: this.#seenBy(principal, 'sources:read'), hasDetails: true };
  }

  #callerOf(principal: Principal, request: FastifyRequest, scope: Scope): Caller {
    const collection = this.#seenBy(principal, scope);
    return {
      name: principal.name,
      collection,
      assertMayUse: (other, question) => {
        const needed = { scope: other, sourceIds: collection.sourceIdsIn(question) };
        const refusal = this.access.authorize(principal, needed, request);
        if (refusal !== null) throw problemOf(refusal);
      },
    };
  }

  #seenBy(principal: Principal, scope: Scope): FeedCollection {
    const known = this.#visible.get(principal) ?? new Map<Scope, FeedCollection>();
    this.#visible.set(principal, known);
    const visible = known.get(scope) ?? this.#newView(principal, scope);
    known.set(scope, visible);
    return visible;
  }

  #newView(principal: Principal, scope: Scope): FeedCollection {
    const [visible, mayForce] = [principal.sourcesOf(scope), principal.sourcesOf('sources:refresh')];
    return visible === 'all' && mayForce === 'all'
      ? this.whole
      : new VisibleCollection(this.whole, visible, mayForce);
  }
}

function problemOf({ answer }: Refusal): ApiProblem {
  return new ApiProblem(answer.slug, answer.detail, { headers: answer.headers });
}
