// Result<T>: a value or an Error. Errors are values of a short closed list; exceptions come only
// from libraries and are caught in the room that calls the library.
//
//   Result<int> half(int n) {
//       if (n % 2 != 0) return fail(Errc::invalid, "odd number");
//       return n / 2;
//   }
//   SALUS_TRY(auto h, half(n));     // returns the error to the caller, or declares h
//
// Inside a coroutine use SALUS_CO_TRY. Thread safety: values, no shared state.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <utility>

#include "foundation/literal.h"

namespace salus {

// DO NOT add a `default:` to a switch over Errc: the build must break where a new one is not
// handled.
enum class Errc {
    invalid,                 // the request is malformed or breaks a rule of the protocol: 400
    unauthenticated,         // no credentials or wrong ones: 401
    forbidden,               // known caller, not permitted: 403
    not_found,               // does not exist, or the caller may not know that it does: 404
    method_not_allowed,      // the path exists, the method does not: 405
    not_acceptable,          // no representation that the caller accepts: 406
    timeout,                 // the peer was too slow: 408
    conflict,                // concurrent change or duplicate: 409
    gone,                    // existed and was deleted: 410
    precondition_failed,     // If-Match or a conditional criterion failed: 412
    too_large,               // beyond a bound: 413
    unsupported_media_type,  // wrong Content-Type: 415
    unprocessable,           // well formed, but not valid content: 422
    rate_limited,            // too many requests: 429
    not_supported,           // a defined feature that is not offered: 501
    unavailable,             // a safeguard (audit, keys, store) cannot work now: 503
    corrupt,                 // stored data failed its integrity check: 500
    internal,                // a fault of our own or of the system: 500
};

// Where in a document something is wrong: element names and indexes, never a value.
// Names come from Literals or from the FHIR definitions, so a Location is never ePHI.
class Location {
public:
    Location() = default;
    explicit Location(Literal name) : path_(name.text()) {}

    void prepend(Literal name) {
        path_ = path_.empty() || path_.front() == '[' ? std::string(name.text()) + path_
                                                      : std::string(name.text()) + "." + path_;
    }
    void prepend_index(std::size_t index) {
        auto step = "[" + std::to_string(index) + "]";
        path_ = path_.empty() || path_.front() == '[' ? step + path_ : step + "." + path_;
    }
    void append(Literal name) {
        if (!path_.empty()) path_ += '.';
        path_ += name.text();
    }
    void append_index(std::size_t index) { path_ += "[" + std::to_string(index) + "]"; }
    // An element of a choice as FHIRPath says it: valueQuantity is value.ofType(Quantity).
    // REQUIRES: the name ends with the type.
    void append_choice(Literal name, Literal type) {
        if (!path_.empty()) path_ += '.';
        path_ += name.text().substr(0, name.text().size() - type.text().size());
        path_.append(".ofType(").append(type.text()).append(")");
    }
    [[nodiscard]] std::string const& path() const noexcept { return path_; }

private:
    std::string path_;
};

class IssueList;

struct Error {
    Errc code;
    Literal why;
    Location where{};
    // More than one thing is wrong (foundation/issue.h): shared by the copies of the error.
    std::shared_ptr<IssueList const> issues{};
};

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
public:
    using std::expected<T, Error>::expected;
};

[[nodiscard]] inline std::unexpected<Error> fail(Errc code, Literal why) {
    return std::unexpected(Error{code, why, {}, {}});
}
[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
    return std::unexpected(std::move(error));
}

}  // namespace salus

#define SALUS_CONCAT_INNER(a, b) a##b
#define SALUS_CONCAT(a, b) SALUS_CONCAT_INNER(a, b)
#define SALUS_TRY_WITH(leave, result, declaration, expression)     \
    auto result = (expression);                                    \
    if (!result) leave std::unexpected(std::move(result).error()); \
    declaration = *std::move(result)
// SALUS_TRY(auto x, f()): declares x, or returns f's error.
#define SALUS_TRY(declaration, ...) \
    SALUS_TRY_WITH(return, SALUS_CONCAT(salus_result_, __LINE__), declaration, (__VA_ARGS__))
#define SALUS_CO_TRY(declaration, ...) \
    SALUS_TRY_WITH(co_return, SALUS_CONCAT(salus_result_, __LINE__), declaration, (__VA_ARGS__))
// SALUS_TRY_VOID(f()): for Result<void>.
#define SALUS_TRY_VOID_WITH(leave, result, expression) \
    if (auto result = (expression); !result) leave std::unexpected(std::move(result).error())
#define SALUS_TRY_VOID(...) \
    SALUS_TRY_VOID_WITH(return, SALUS_CONCAT(salus_result_, __LINE__), (__VA_ARGS__))
#define SALUS_CO_TRY_VOID(...) \
    SALUS_TRY_VOID_WITH(co_return, SALUS_CONCAT(salus_result_, __LINE__), (__VA_ARGS__))
