// The audit gate: no audit, no access (invariant 1, AUD-1, AUD-2; 45 CFR 164.312(b)). It makes the
// durable record of a request and hands out the Receipt without which nothing is disclosed. One
// record for each patient that an answer speaks of; bundle entries one by one inside it. Belongs to
// one event loop.
#pragma once

#include <span>

#include "audit/leaf.h"
#include "audit_controls/detail.h"
#include "crypto/hash.h"
#include "foundation/clock.h"
#include "request/disclosable.h"
#include "request/exchange.h"

namespace salus::audit_controls {

class Gate {
public:
    // Borrows tenant and random; they outlive it.
    Gate(request::Tenant const& tenant, crypto::Random& random)
        : tenant_(tenant), details_(tenant, random) {}

    // The answer's record; concludes the intents of a write. Errc::unavailable: nothing may leave.
    [[nodiscard]] Task<Result<request::Receipt>> record(request::Exchange const& exchange,
                                                        request::Disclosable const& answer,
                                                        Executor& home);
    // Before a write: what is to be written, by hash.
    [[nodiscard]] Task<Result<request::RecordedIntent>> record_intent(request::Exchange& exchange,
                                                                      Executor& home);
    // A write lost a race and will be prepared again: its intents are concluded as not done.
    [[nodiscard]] Task<Result<void>> record_conflict(request::Exchange& exchange, Executor& home);
    // A refusal or an error, at whatever stage; concludes open intents as not done.
    [[nodiscard]] Task<Result<request::Receipt>> record_refusal(request::Exchange const& exchange,
                                                                Error error, Executor& home);

private:
    [[nodiscard]] audit::LeafBuilder begin(request::Exchange const& exchange, audit::Event event,
                                           audit::Outcome outcome) const;
    [[nodiscard]] Result<std::vector<audit::Record>> leaves(
        request::Exchange const& exchange, std::vector<request::Touched> const& all,
        audit::Outcome outcome, audit::Phase phase, int status);
    [[nodiscard]] Result<std::vector<audit::Record>> conclusions(request::Exchange const& exchange,
                                                                 audit::Event event,
                                                                 audit::Outcome outcome, int status,
                                                                 Literal reason);
    // A leaf for each data key that the request caused to be made in a compartment that no leaf of
    // its own names (KEY-3): of a request that is refused after all.
    [[nodiscard]] Result<void> add_new_keys(request::Exchange const& exchange,
                                            std::span<request::Touched const> named,
                                            std::vector<audit::Record>& records) const;
    [[nodiscard]] Result<audit::Record> finish(request::Exchange const& exchange,
                                               audit::LeafBuilder builder, bool with_detail);

    request::Tenant const& tenant_;
    DetailWriter details_;
};

}  // namespace salus::audit_controls
