// Loaded once into the sandbox that all workflows share, before the first of them: not part of any workflow.

/**
 * The SDK takes a stack for every promise of a workflow, to answer "where does it stand": 2.5 CPU-ms of a start and a nudge at
 * the usual ten frames, next to nothing at three. Three say where an error was thrown; where a conversation stands, its
 * current details say in words (decision 0016).
 */
Error.stackTraceLimit = 3;
