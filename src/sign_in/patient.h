// The patient whose records an app is to see, as far as a person needs to know that it is the right
// one: name and birth date. ePHI; whatever is shown is on record. Belongs to one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "request/prepared.h"
#include "sign_in/desk.h"

namespace salus::sign_in {

struct ShownPatient {
    std::string name;        // empty: none is recorded
    std::string birth_date;  // as it is recorded; empty: none
    request::Touched read;   // for the record of whoever shows it
};
// Nothing: there is no such patient, or none any more.
[[nodiscard]] Result<std::optional<ShownPatient>> find_patient(Desk const& desk,
                                                               std::string_view id);

}  // namespace salus::sign_in
