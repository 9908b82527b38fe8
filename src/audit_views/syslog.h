// The view of an event as IHE ATNA sends it (ITI-20): a syslog message (RFC 5424) whose text is a
// DICOM audit message (PS3.15 section A.5, XML). Its structured data names the leaf: origin (o),
// index (i), leaf hash (lh), and the index of the event before it in the log (pi), so that the
// receiver sees gaps: an event whose pi it has not got. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>

#include "audit_views/event_view.h"

namespace salus::audit_views {

// RFC 5424 section 7.2.2 wants a private enterprise number of who defines the element. Until one is
// assigned: that of RFC 5612, for documentation.
inline constexpr std::string_view kStructuredDataId = "salus@32473";

// One message without framing and without a line break (RFC 5425 section 4.3 counts its octets).
// `previous`: nothing for the first event of a log.
void append_syslog(std::string& out, ViewSource const& source, EventView const& event,
                   std::optional<std::uint64_t> previous);
// The XML alone.
void append_dicom_audit_message(std::string& out, ViewSource const& source, EventView const& event);

}  // namespace salus::audit_views
