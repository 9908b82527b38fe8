// One guess at what proves a person, and how many there were (TO1, N2, N3). Ask retry_after()
// before the guess is looked at; then say what it was. All three answers write the same counts, at
// the version that was read: of guesses at the same time one is committed, and the others are
// prepared again with what it left.
//
// In a browser in which this user signed in before, only that browser's guesses count; so nobody
// else can keep its owner out. Everywhere else two counts are asked: of the name, whether somebody
// has it or not (N1), and of the network that the guess comes from. Belongs to one thread.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "identity/sign_in_attempt.h"
#include "sign_in/desk.h"
#include "sign_in/people.h"
#include "sign_in/visit.h"

namespace salus::sign_in {

class Guess {
public:
    // `user`: who has the name, if anybody.
    static Result<Guess> begin(Desk const& desk, Visit const& visit, std::string_view typed_name,
                               std::optional<StoredUser> const& user);

    // Zero when a guess is allowed now.
    [[nodiscard]] std::chrono::seconds retry_after() const;
    [[nodiscard]] Result<void> wrong(request::Prepared& prepared);
    // Right, and more has to be proved: nothing is forgiven yet, or who knows a password could
    // guess at one-time passwords for ever.
    [[nodiscard]] Result<void> half_right(request::Prepared& prepared);
    // Right, and all that is needed.
    [[nodiscard]] Result<void> right(request::Prepared& prepared);

private:
    using Count = identity::Stored<identity::StoredThrottle>;
    explicit Guess(identity::Documents documents) : documents_(documents) {}
    [[nodiscard]] Result<void> add(std::string id);
    [[nodiscard]] Result<void> write(request::Prepared& prepared);

    identity::Documents documents_;
    std::vector<Count> counts_;
};

// An IPv4 address as it is; of an IPv6 address the 64 bits that one customer of a network has.
[[nodiscard]] std::string network_of(std::string const& address);

}  // namespace salus::sign_in
