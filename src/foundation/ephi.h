// Ephi<T>: a value that is, or may be, electronic protected health information (45 CFR 160.103).
// It cannot be copied by accident, streamed, formatted, logged, hashed or turned into its T; only
// the rooms listed as friends of EphiAccess can open it. Thread safety: as any value.
//
// What types cannot stop is intent (open, then copy) and debuggers; the leak test covers the rest.
#pragma once

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "foundation/secret.h"

namespace salus {

namespace http {
class Wire;
}
namespace fhir {
class Reader;
}
namespace records {
class Sealing;
}
namespace minimum_necessary {
class Narrowing;
}
namespace authentication {
class CredentialReader;
}
namespace operations {
class RequestReader;
}
namespace admin {
class PackageReader;
}
namespace oauth {
class FormReader;
}
namespace identity {
class DocumentReader;
}
namespace sign_in {
class FormReader;
}
namespace audit_controls {
class DetailWriter;
}
namespace app {
class CommandLine;
}
namespace testing {
class EphiTestAccess;
}

// The right to open ePHI. Each friend is the one class of its room that does so; adding a friend is
// a decision about where plaintext may be handled, and belongs in a review.
class EphiAccess {
    EphiAccess() = default;
    friend class http::Wire;                        // bytes from and to a TLS connection
    friend class fhir::Reader;                      // parsing and validating a resource
    friend class records::Sealing;                  // encrypting for, decrypting from the store
    friend class minimum_necessary::Narrowing;      // removing what may not leave
    friend class authentication::CredentialReader;  // the Authorization header
    friend class operations::RequestReader;         // FHIR parameters and bodies
    friend class admin::PackageReader;              // packages of definitions, which are no ePHI
    friend class oauth::FormReader;                 // token requests
    friend class identity::DocumentReader;          // users, sessions, grants
    friend class sign_in::FormReader;               // what people send and are shown at sign-in
    friend class audit_controls::DetailWriter;      // sealed audit details
    friend class app::CommandLine;                  // files that the operator names
    friend class testing::EphiTestAccess;           // defined in tests only
};

template <class T>
class Ephi {
public:
    Ephi() = default;
    explicit Ephi(T value) : value_(std::move(value)) {}
    Ephi(Ephi&&) noexcept = default;
    Ephi& operator=(Ephi&&) noexcept = default;
    Ephi(Ephi const&) = delete;
    Ephi& operator=(Ephi const&) = delete;
    ~Ephi() {
        if constexpr (std::is_same_v<T, std::string>) scrub(value_);
    }

    [[nodiscard]] Ephi clone() const { return Ephi(value_); }
    [[nodiscard]] T const& reveal(EphiAccess const&) const& noexcept { return value_; }
    [[nodiscard]] T& reveal(EphiAccess const&) & noexcept { return value_; }
    [[nodiscard]] T take(EphiAccess const&) && { return std::move(value_); }
    // Sizes are not ePHI: limits and metrics need them.
    [[nodiscard]] std::size_t size() const noexcept
        requires requires(T const& t) { t.size(); }
    {
        return value_.size();
    }
    [[nodiscard]] bool empty() const noexcept
        requires requires(T const& t) { t.empty(); }
    {
        return value_.empty();
    }

    friend std::ostream& operator<<(std::ostream&, Ephi const&) = delete;
    friend bool operator==(Ephi const&, Ephi const&) = delete;

private:
    T value_{};
};

using EphiText = Ephi<std::string>;

}  // namespace salus
