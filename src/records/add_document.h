// A document's new version in an answer: sealed, among what the answer would commit and what its
// record names. Nothing is written before the pipeline commits it. Belongs to one thread.
#pragma once

#include "records/records.h"
#include "request/prepared.h"

namespace salus::records {

[[nodiscard]] Result<void> add_document(Records& records, Change const& change,
                                        request::Prepared& prepared);

}  // namespace salus::records
