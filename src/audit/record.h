// One event to be recorded: what the caller knows, as canonical JSON that only LeafBuilder makes
// (leaf.h), so that no free text can reach a leaf; and the sealed detail, which may hold ePHI.
// A value; belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/sealed.h"

namespace salus::audit {

// A change of stored data is recorded twice: the intent before, the outcome after (AUD-2). What
// crashed in between is an open intent, which the next start hands to whoever can look at the row.
enum class Phase : std::uint8_t { none, intent, outcome };

class Record {
public:
    // The members of "what" without its braces.
    [[nodiscard]] std::string const& members() const noexcept { return members_; }
    [[nodiscard]] std::optional<crypto::Sealed> const& detail() const noexcept { return detail_; }
    [[nodiscard]] Phase phase() const noexcept { return phase_; }
    // REQUIRES: phase() == Phase::outcome. The index of the intent that this concludes.
    [[nodiscard]] std::uint64_t intent() const noexcept { return intent_; }

private:
    friend class LeafBuilder;
    Record() = default;

    std::string members_;
    std::optional<crypto::Sealed> detail_;
    Phase phase_ = Phase::none;
    std::uint64_t intent_ = 0;
};

}  // namespace salus::audit
