// Answers about the policy in force, for people who answer for it (AZ-4, AZ-7): its text, what it
// opens for whom, and why a request would be allowed or refused. Over the decision function of
// every request, and as pure. No record is read, so nothing of one is told.
#pragma once

#include "admin/policy_question.h"
#include "request/exchange.h"
#include "request/prepared.h"

namespace salus::admin {

// GET /admin/policy: hash, number of rules, text.
[[nodiscard]] request::Prepared show_policy(PolicyDesk const& desk);
// GET /admin/policy/document: authorization/policy_document.h.
[[nodiscard]] request::Prepared document_policy(PolicyDesk const& desk);
// POST /admin/policy/explain. Notes in the exchange whom the question was about.
[[nodiscard]] Result<request::Prepared> explain_policy(PolicyDesk const& desk,
                                                       request::Exchange& exchange);

// The content of a question. Errc::too_large above 256 KiB; Errc::invalid: no JSON.
[[nodiscard]] Result<json::Document> content_of(PolicyDesk const& desk,
                                                request::Exchange const& exchange);
// Whom a question was about, for its record; nobody who is stored: nothing.
void note_subject(request::Exchange& exchange, Question const& question);

}  // namespace salus::admin
