// Answers other than choices, and the frame of a case.
export { default as CaseFrame } from './CaseFrame.vue'
export { default as FillInAnswer } from './FillInAnswer.vue'
export { default as MatchingAnswer } from './MatchingAnswer.vue'
export { default as OrderingAnswer } from './OrderingAnswer.vue'
export { default as TextAnswer } from './TextAnswer.vue'
