// The request for authorization that waits while a person is on these pages. Belongs to one thread.
#pragma once

#include <optional>

#include "sign_in/desk.h"
#include "sign_in/screen.h"
#include "sign_in/visit.h"

namespace salus::sign_in {

struct Waiting {
    oauth::Pending pending;
    oauth::ClientPointer client;
};

// Nothing: none was named, it waits in another browser, its time is over, or its client is gone.
[[nodiscard]] Result<std::optional<Waiting>> waiting_here(Desk const& desk, Visit const& visit);
// Where the forms of a page may lead, through redirects.
[[nodiscard]] pages::Powers powers_for(std::optional<Waiting> const& waiting);

}  // namespace salus::sign_in
