import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { ErrorForm } from '../routes/route.ts';
import type { HttpError } from './HttpError.ts';
import { requestIdOf } from './middleware/requestContext.ts';

/** How errors are answered, but where a specification fixes another form. */
export const errorAnswer = z
  .object({
    error: z.object({
      code: z.string().meta({ description: 'For machines', example: 'NOT_FOUND' }),
      message: z.string().meta({ description: 'For people: what happened, and what to do' }),
      details: z.record(z.string(), z.unknown()).optional(),
      requestId: z.string().meta({ description: 'Finds this request in the log' }),
    }),
  })
  .meta({ id: 'Error' });

/** The form of the cron manager, fixed by its specification. */
const failureAnswer = z
  .object({ success: z.literal(false), error: z.string(), code: z.string() })
  .meta({ id: 'Failure' });

/** The schema of errors in a form. */
export function errorSchema(form: ErrorForm | undefined) {
  return form === 'success' ? failureAnswer : errorAnswer;
}

/** Lets whatever fails from here on be answered in this form. */
export function answersErrorsAs(form: ErrorForm): RequestHandler {
  return (_request, response, next) => {
    response.locals.errorForm = form;
    next();
  };
}

/** The body for an error, in the form of the route that was asked. */
export function errorBody({ code, message, details }: HttpError, response: Response) {
  if (response.locals.errorForm === 'success') {
    return failureAnswer.parse({ success: false, error: message, code });
  }
  const requestId = requestIdOf(response);
  return errorAnswer.parse({ error: { code, message, ...(details && { details }), requestId } });
}
