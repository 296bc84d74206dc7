/** On the answer to a deletion: the plan by which it can be undone. */
export const PLAN_HEADER = 'x-lading-plan'
