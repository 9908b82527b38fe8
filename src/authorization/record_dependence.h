// Which rules may answer differently for two records of one type: those that read what shows only
// when a record is found (labels, whose it is, who wrote it, whether its patient is cared for,
// where it belongs). Read off the rules once, when a policy is made. Pure.
#pragma once

#include <vector>

#include "cedar/expression.h"

namespace salus::authorization {

// Whether some part of it reads this attribute, of whatever: an expression may lead to the record
// by another way than the variable.
[[nodiscard]] bool reads(cedar::Expression const& expression, std::string_view attribute);

// Of each rule that reads what shows only on a record: its head, and of its conditions what can be
// said without one. If one of these is neither satisfied nor errs, for a caller, an act and a type,
// then the rule itself is not satisfied and does not err, whatever the record is like.
//
// Why: conditions are evaluated from left to right, and the first false one ends it. Kept is each
// conjunct that reads nothing of the record and before which stand only others like it, and such as
// are certainly a Boolean. If one that is kept is false while those before it are true, the rule
// ends there or at a Boolean before it, in "not satisfied"; nothing on the way errs. What is
// not kept can only make a rule count that does not matter.
[[nodiscard]] std::vector<cedar::Policy> record_guards(std::vector<cedar::Policy> const& rules);
// The same of the rules that read where a record belongs, and of what can be said of a record
// without knowing that. An index tells all else of a record.
[[nodiscard]] std::vector<cedar::Policy> place_guards(std::vector<cedar::Policy> const& rules);

// Whether some condition reads what shows only on a record.
[[nodiscard]] bool reads_record(cedar::Policy const& rule);
// Whether a rule that errs for one record errs for every record: behind the first part of its
// conditions that reads what shows only on a record, all is certainly a Boolean. A "no" may be said
// where it does, too.
[[nodiscard]] bool errs_alike(cedar::Policy const& rule);

}  // namespace salus::authorization
