// The patient whose records an app is to see, as far as a person needs to know that it is the right
// one: name and birth date. ePHI; whatever is shown is on record. A patient whose consents deny the
// person is not there (AZ-5), as for the app afterwards. Belongs to one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "request/prepared.h"
#include "sign_in/desk.h"

namespace salus::sign_in {

struct ShownPatient {
    std::string name;        // empty: none is recorded
    std::string birth_date;  // as it is recorded; empty: none
    request::Touched read;   // for the record of whoever shows it
    std::string id{};
};
// Who looks, and as what an app would ask in their name.
struct Seeker {
    identity::User const& user;
    oauth::Client const& client;
};
// Nothing: there is no such patient, none any more, or none for this person.
[[nodiscard]] Result<std::optional<ShownPatient>> find_patient(Desk const& desk,
                                                               Seeker const& seeker,
                                                               std::string_view id);

// Those with a name that begins so, whatever case and accents, and exactly this birth date
// (YYYY-MM-DD); nothing broader is looked for (MIN-3). Errc::invalid: the name has fewer than three
// letters, or the date is none. Errc::too_large: more than limits::kPatientsShown.
[[nodiscard]] Result<std::vector<ShownPatient>> find_patients(Desk const& desk,
                                                              Seeker const& seeker,
                                                              std::string_view name,
                                                              std::string_view birth_date);

}  // namespace salus::sign_in
