// The view of an event as IHE ATNA sends it (ITI-20): a syslog message (RFC 5424) whose text is a
// DICOM audit message (PS3.15 section A.5, XML). Its structured data names the leaf, so that the
// receiver sees gaps: origin, index, leaf hash. Pure functions, any thread.
#pragma once

#include <string>

#include "audit_views/event_view.h"

namespace salus::audit_views {

// RFC 5424 section 7.2.2 wants a private enterprise number of who defines the element. Until one is
// assigned: that of RFC 5612, for documentation.
inline constexpr std::string_view kStructuredDataId = "salus@32473";

// One message without framing and without a line break (RFC 5425 section 4.3 counts its octets).
void append_syslog(std::string& out, ViewSource const& source, EventView const& event);
// The XML alone.
void append_dicom_audit_message(std::string& out, ViewSource const& source, EventView const& event);

}  // namespace salus::audit_views
