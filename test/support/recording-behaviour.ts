import { z } from 'zod';

/**
 * What the provider does with one request.
 * - answer: takes it and answers `status` (default 200, SMTP 250) after `latencyMs`; below 300 it has accepted it.
 * - hang: reads it whole and never answers; accepts nothing.
 * - reset: ends the connection before it read the body.
 * - drop: reads it whole, accepts it, then ends the connection without an answer.
 */
export const behaviourSchema = z.strictObject({
  mode: z.enum(['answer', 'hang', 'reset', 'drop']).default('answer'),
  status: z.int().min(200).max(599).optional(),
  latencyMs: z.number().min(0).default(0),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
});
export type Behaviour = z.output<typeof behaviourSchema>;

/** Facts of a request that a rule can ask for. `attempt` counts the requests with one key, from 1. */
const matchSchema = z.strictObject({
  key: z.string().optional(),
  attempt: z.int().optional(),
  conversationId: z.string().optional(),
  externalId: z.string().optional(),
  step: z.int().optional(),
  to: z.string().optional(),
  path: z.string().optional(),
});
export type Match = z.output<typeof matchSchema>;

const ruleSchema = z.strictObject({
  match: matchSchema.default({}),
  /** How often the rule applies; without it always. */
  times: z.int().min(1).optional(),
  behaviour: behaviourSchema,
});

/** Replaces all behaviour of one side. The first rule that fits and is not used up decides, else `default`. */
export const controlSchema = z.strictObject({
  side: z.enum(['http', 'smtp']),
  default: behaviourSchema.prefault({}),
  rules: z.array(ruleSchema).default([]),
});
export type Control = z.input<typeof controlSchema>;
type Rule = z.output<typeof ruleSchema> & { used: number };

export function createBehaviours() {
  let standard = behaviourSchema.parse({});
  let rules: Rule[] = [];
  return {
    set(control: z.output<typeof controlSchema>): void {
      standard = control.default;
      rules = control.rules.map((rule) => ({ ...rule, used: 0 }));
    },
    /** True when the whole request must be known before one can say what happens to it. */
    needsBody: (): boolean => rules.some(({ match }) => Object.keys(match).some((fact) => fact !== 'path')),
    choose(facts: { [Fact in keyof Match]: Match[Fact] | null }): Behaviour {
      const rule = rules.find(
        ({ match, times, used }) => (times === undefined || used < times) && fits(match, facts),
      );
      if (!rule) return standard;
      rule.used += 1;
      return rule.behaviour;
    },
  };
}
export type Behaviours = ReturnType<typeof createBehaviours>;

function fits(match: Match, facts: Record<string, unknown>): boolean {
  return Object.entries(match).every(([fact, wanted]) => wanted === undefined || facts[fact] === wanted);
}
