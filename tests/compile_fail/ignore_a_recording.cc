// Whether the record was made decides whether anything leaves: nobody may not look (AUD-2).
// EXPECT: ignoring return value
// EXPECT: ignoring returned value
#include "audit_controls/gate.h"

using salus::audit_controls::Gate;

salus::Task<bool> serve(Gate& gate, salus::request::Exchange const& exchange,
                        salus::request::Disclosable const& answer, salus::Executor& home) {
#ifdef FORBIDDEN
    co_await gate.record(exchange, answer, home);
    co_return true;
#else
    auto const receipt = co_await gate.record(exchange, answer, home);
    co_return receipt.has_value();
#endif
}
