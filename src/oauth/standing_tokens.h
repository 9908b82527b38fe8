// Whether an access token still counts, as the store has it: it was not revoked (RFC 7009; one
// sealed document for each that was, until it would have expired), its client was not removed, and
// of a token in the name of a person, the grant that it rests on lives, and its user may sign in.
// IAM-8. Belongs to one thread, as the records do.
#pragma once

#include "authentication/token_guards.h"
#include "foundation/clock.h"
#include "identity/documents.h"
#include "records/records.h"
#include "request/caller.h"
#include "request/prepared.h"

namespace salus::oauth {

class StandingTokens final : public authentication::Standing {
public:
    // Borrows all.
    StandingTokens(records::Records& records, json::Parser& parser, Clock const& clock)
        : records_(records), documents_(records, parser, clock) {}

    [[nodiscard]] Result<bool> stands(request::CallerFacts const& token) override;
    // Adds the revocation to what the answer commits.
    [[nodiscard]] Result<void> revoke(request::CallerFacts const& token, WallTime now,
                                      request::Prepared& prepared);

private:
    [[nodiscard]] Result<bool> grant_stands(request::CallerFacts const& token);

    records::Records& records_;
    identity::Documents documents_;
};

}  // namespace salus::oauth
