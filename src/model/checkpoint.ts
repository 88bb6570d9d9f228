/** How a checkpoint travels: an event, or a log record, of this name, called by this attribute. */
export const CHECKPOINT_EVENT = 'synton.checkpoint';
export const CHECKPOINT_NAME = 'synton.checkpoint.name';
