// LabelRemoval: who may take security labels away from a record. Labels stay with a record from
// version to version, because whoever takes one away opens it to those whom it kept out; a write
// that would lose one asks first. Made by authorization; belongs to one request.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "foundation/strong_id.h"

namespace salus::request {

class LabelRemoval {
public:
    enum class Verdict : std::uint8_t {
        refused,
        sign_in_first,  // the person would have to sign in again, or with a stronger factor
        permitted,
    };

    // Borrows.
    struct Wish {
        std::string_view type;
        CompartmentId compartment;
        std::span<std::string const> labels;     // codes that would go
        std::span<std::string const> consented;  // of these, those that consents open to the caller
        bool care = false;                       // the caller takes part in the care of the patient
        bool authored = false;                   // the caller wrote the record
        bool by_name = false;  // the write says that they go, and is refused if they may not
    };

    LabelRemoval() = default;
    LabelRemoval(LabelRemoval const&) = delete;
    LabelRemoval& operator=(LabelRemoval const&) = delete;
    virtual ~LabelRemoval() = default;

    // What permits it goes on record with the request. Of a write that is refused for the sign-in
    // alone the request's challenge then says which would do.
    [[nodiscard]] virtual Verdict judge(Wish const& wish) = 0;
};

}  // namespace salus::request
