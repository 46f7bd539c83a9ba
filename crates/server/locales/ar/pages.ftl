### نصوص الصفحات. «مفتاح مرور» هو المقابل المعتمد لكلمة passkey، وجمعه «مفاتيح مرور».

## حول كل صفحة
skip = انتقل إلى المحتوى
nav-label = الصفحات
nav-security = معلومات الأمان
nav-applications = التطبيقات
nav-people = الأشخاص
sign-out = تسجيل الخروج
language-label = اللغة
about-passkeys = ما هو مفتاح المرور؟
about-passkeys-text = مفتاح المرور يحل محل كلمة المرور. تفتحه ببصمة إصبعك أو بوجهك أو بقفل الشاشة، فلا شيء يمكن تخمينه أو نسيانه أو كتابته في صفحة مزيفة.
about-passkeys-where = يُحفظ في جهازك أو في مدير كلمات المرور أو في مفتاح أمان. ولا يرى هذا الموقع بصمتك ولا وجهك أبدًا.
evaluation-title = هذه نسخة تجريبية.
evaluation-text = أُنشئت على localhost، ولذلك تعمل مفاتيح المرور فيها على هذا الحاسوب وحده ولا يمكن نقلها إلى عنوان حقيقي.
noscript-title = تحتاج هذه الصفحة إلى JavaScript.
noscript-text = لا تتيح المتصفحات مفاتيح المرور للصفحات إلا عبر JavaScript. اسمح بها لهذا الموقع ثم أعد تحميل الصفحة.
list-separator = ،
moment = { $day } { $month ->
    [1] يناير
    [2] فبراير
    [3] مارس
    [4] أبريل
    [5] مايو
    [6] يونيو
    [7] يوليو
    [8] أغسطس
    [9] سبتمبر
    [10] أكتوبر
    [11] نوفمبر
   *[12] ديسمبر
} { $year }، { $time } UTC
place-device = { $browser } على { $system }
place-both = { $device }، { $network }
network-server = حاسوب الخادم نفسه
network-local = شبكة محلية { $start }
network-other = الشبكة { $start }
place-unknown = جهاز غير معروف

## كلمات ترد في أكثر من موضع
field-user-name = اسم المستخدم
field-user-name-hint = أحرف وأرقام والرموز . _ - + @، مثل عنوان بريدك الإلكتروني.
field-your-name = اسمك
field-display-name = الاسم
field-organisation = المؤسسة
next = التالي
or = أو
save = حفظ
cancel = إلغاء
close = إغلاق
done = تم
rename = إعادة التسمية
remove = إزالة
never = لم يحدث بعد
create-passkey = إنشاء مفتاح مرور
hero-text = سجّل الدخول من الآن دون كلمة مرور: بسرعة، وفي مأمن من الصفحات المزيفة.
word-fingerprint = بصمة الإصبع
word-face = الوجه
word-lock = قفل الشاشة
sign-in-now = سجّل الدخول الآن

## تسجيل الدخول
sign-in-title = تسجيل الدخول
sign-in-lead = ببصمة إصبعك أو بوجهك أو بقفل الشاشة.
sign-in-button = تسجيل الدخول بمفتاح مرور
sign-in-notice-signed-out = تم تسجيل خروجك.
sign-in-notice-registered = مفتاح مرورك جاهز. سجّل الدخول به الآن.
sign-in-help = هل تواجه مشكلة في تسجيل الدخول؟
sign-in-help-phone = هل مفتاح مرورك على هاتفك؟ اختر «تسجيل الدخول بمفتاح مرور» ثم الهاتف، وامسح الرمز.
sign-in-help-key = إن كان لديك مفتاح أمان فاكتب اسم المستخدم واختر «التالي»، ثم أدخل المفتاح أو المسه.
sign-in-help-pass = لديّ رمز وصول مؤقت
sign-in-help-recover = لا أستطيع استخدام أيٍّ من مفاتيح مروري
sign-in-notice-reported-lost = ما أبلغت عنه لم يعد يعمل، وسُجّل خروجك من كل الأجهزة. سجّل الدخول بمفتاح مرور آخر.

## التأكيد
confirm-title = أكّد هويتك
confirm-lead = تتطلب الخطوة التالية تسجيل دخول لم يمضِ عليه أكثر من خمس دقائق.
confirm-hardware-lead = يطلب التطبيق الذي تتجه إليه مفتاح مرور محفوظًا في جهاز. استخدم أحد هذه المفاتيح:
confirm-button = التأكيد بمفتاح المرور
go-back = الرجوع دون تأكيد

## الإعداد
set-up-title = مرحبًا بك في Claviger
set-up-lead = ثلاث إجابات ومفتاح مرور واحد وتصبح مؤسستك جاهزة. وستكون أول مسؤول فيها.
set-up-bound = ترتبط مفاتيح المرور بهذا العنوان:
set-up-bound-hint = لا يمكن تغيير ذلك لاحقًا. تُعرض الصفحات على
set-up-done-title = كل شيء جاهز
set-up-done-lead = أُعدّت المؤسسة وحُفظ مفتاح مرورك. سجّل الدخول به الآن.

## رابط التسجيل
register-title = أنشئ مفتاح مرورك
register-for = هذا الرابط مخصّص لـ
register-done-title = مفتاح مرورك جاهز
register-done-lead = استُهلك الرابط الآن. سجّل الدخول بمفتاح مرورك الجديد.

## رمز وصول مؤقت
pass-title = استخدام رمز وصول مؤقت
pass-lead = أعطتك مؤسستك رمزًا صالحًا لوقت قصير. أنشئ به مفتاح مرور، ثم سجّل الدخول بمفتاح المرور من الآن فصاعدًا.
pass-code = رمز الوصول المؤقت
pass-code-hint = أحرف كبيرة أو صغيرة، بشرطات أو بدونها: لا فرق.
pass-for = هذا الرمز مخصّص لـ
pass-done-lead = سجّل الدخول بمفتاح المرور الجديد. لم تعد بحاجة إلى الرمز.

## طرق العودة
recover-title = استعادة الدخول
recover-lead = لا تستطيع استخدام مفتاح مرورك؟ هذه هي طرق العودة، أفضلها أولًا. لا يُدخلك إلا مفتاح مرور: وتتيح لك الطرق الأخرى إنشاء مفتاح جديد.
recover-reported = ما أبلغت عنه لم يعد يعمل، وسُجّل خروجك من كل الأجهزة.
recover-passkey-title = مفتاح مرور آخر
recover-passkey-text = على هاتفك أو حاسوب آخر أو في مدير كلمات مرور أو على مفتاح أمان. هذه أسرع طريقة، ولا حاجة إلى إنشاء شيء من جديد.
recover-code-title = رمز استرداد
recover-code-text = أحد الرموز العشرة التي طبعتها أو حفظتها. يعمل مرة واحدة.
recover-code = رمز الاسترداد
recover-pass-title = رمز من مكتب المساعدة
recover-pass-text = يتأكّد مكتب المساعدة من هويتك ويعطيك رمز وصول مؤقتًا.
recover-desk-title = لا شيء من هذا؟
recover-desk-text = اسأل مكتب المساعدة أو من يدير حسابات مؤسستك. يمكنهم معرفة الطرق المتاحة لك.
recover-for = هذا الرمز مخصّص لـ
recover-done-lead = سجّل الدخول بمفتاح المرور الجديد. ثم راجع معلومات الأمان: أبلغ عن فقدان الجهاز إن ضاع، وأنشئ رموز استرداد جديدة إن لم يبقَ منها إلا القليل.
recover-device-title = جهاز سجّلت الدخول عليه
recover-device-text = تحصل هنا على رمز. اكتبه هناك في معلومات الأمان وأكّد بمفتاح مرور ذلك الجهاز.
recover-device-do = عرض رمز
recover-mail-title = رسالة بالبريد الإلكتروني
recover-mail-text = نكتب إلى العنوان المسجّل لك لدى مؤسستك. بعد فتح الرسالة عليك الانتظار، كي لا يفعل ذلك غيرك خفية.
recover-mail-do = إرسال الرسالة
recover-manager-title = مديرك
recover-manager-text = يُبلَّغ مديرك بالبريد، ويسألك عن الرمز الذي تراه هنا، ويؤكّد أنك أنت.
recover-manager-do = اسأل مديري
recover-device-asked = اكتب هذا الرمز على الجهاز الذي سجّلت الدخول عليه: معلومات الأمان، إدخال رمز.
recover-manager-asked = إذا كان لهذا الحساب مدير فقد أُبلغ. أخبره بهذا الرمز شفهيًا، ولا تخبر غيره.
recover-goes-on = اترك هذه الصفحة مفتوحة. ستتابع من تلقاء نفسها.
recover-waits = مدة الانتظار جارية.
recover-waits-until = عُد بهذا المتصفح أو برابط الرسالة ابتداءً من
recover-waits-hint = أُبلغ كل من يقرأ بريد هذا الحساب، ويمكنه الرفض حتى ذلك الحين.
recover-ready = يمكنك الآن إنشاء مفتاح مرور.
recover-letter-lead = طلبت هذه الرسالة لأنك لا تستطيع تسجيل الدخول؟ ابدأ هنا إذن.
recover-letter-warning = إن لم تطلبها فأغلق هذه الصفحة: لن يحدث شيء.
recover-letter-do = أنا من طلبها: متابعة
under-way-title = شخص ما في طريقه إلى استعادة هذا الحساب بالبريد
under-way-text = أنت مسجّل الدخول، فلا حاجة إلى ذلك على الأرجح. إن لم تكن أنت فألغه. يمكن إنشاء مفتاح مرور ابتداءً من
under-way-from = طُلب من
under-way-cancel = إلغاء الاستعادة
under-way-asked = يطلب { $name } أن تسمح له بالعودة
under-way-asked-text = اتصل به أو قابله أولًا، ودعه يخبرك بالرمز الذي يراه.
approve-section = رمز على جهاز آخر
approve-section-text = لا تستطيع أنت، أو من أنت مديره، تسجيل الدخول على جهاز يعرض رمزًا؟ اكتبه هنا.
approve-enter-title = إدخال رمز
approve-enter-lead = اكتب الرمز المعروض حيث يتعذّر تسجيل الدخول. ثم أكّد بمفتاح مرورك.
approve-device-title = هل تسمح لجهاز آخر بإنشاء مفتاح مرور لحسابك؟
approve-device-warning = فقط إذا كان ذلك الجهاز أمامك وطلبت الرمز بنفسك للتو. من يملكه يستطيع بعدها تسجيل الدخول باسمك. لا أحد ممن يساعدونك يحتاج إلى ذلك.
approve-person-title = هل تسمح بعودة { $name }؟
approve-person-warning = فقط إذا رأيته أو سمعته وأخبرك بنفسه بهذا الرمز. البريد والرسائل قد تأتي من أي أحد. يمكنه بعدها إنشاء مفتاح مرور.
approve-allow = نعم، السماح
approve-deny = لا
activity-recovery-waiting = بدأت استعادة بالبريد
activity-recovery-approved = تمت الموافقة على طريق عودة
activity-recovery-denied = رُفض طريق عودة
activity-recovery-cancelled = أُلغيت استعادة

## معلومات الأمان
security-title = معلومات الأمان
security-lead = كيف تسجّل الدخول، وأين سُجّل دخولك.
security-passkeys = مفاتيح المرور
security-passkeys-count = { $used } من { $most }
security-full = لديك أكبر عدد من مفاتيح المرور تسمح به مؤسستك. أزل مفتاحًا لتضيف غيره.
security-none = لا يوجد مفتاح مرور بعد
security-readiness = يمكنك الدخول من جديد باستخدام: { $names }
security-readiness-none = لا يُقبل أي من مفاتيح مرورك حاليًا. راجع مكتب المساعدة قبل تسجيل الخروج.
security-refused-by = لم تعد قواعد مؤسستك تقبل مفتاح المرور هذا ({ $code }). استخدم مفتاحًا آخر أو راجع مكتب المساعدة.
add-passkey = إضافة مفتاح مرور
second-title = أضف مفتاح مرور ثانيًا
second-text = إن فُقد هذا المفتاح فسيتيح لك مفتاح ثانٍ على جهاز آخر، أو مفتاح أمان، الدخول رغم ذلك.
second-device-bound = مفتاح مرورك الوحيد لا يغادر جهازه. إن فُقد الجهاز فلن تتمكن من الدخول. أضف مفتاحًا في مكان آخر.
second-button = إضافة مفتاح آخر
synced = متزامن
device-only = على هذا الجهاز فقط
provider-unknown = المزوّد غير معروف
passkey-current = استُخدم لهذا الدخول
passkey-refused = لم يعد مقبولًا
passkey-name = اسم مفتاح المرور
rename-named = إعادة تسمية مفتاح المرور «{ $name }»
remove-named = إزالة مفتاح المرور «{ $name }»
held-badge = بانتظارك
held-by = سجّل { $who } مفتاح المرور هذا لك في
held-unknown = سجّل أحد القائمين على مؤسستك مفتاح المرور هذا لك في
held-hint = لن يفتح شيئًا حتى تؤكده. ليس معك أو لم تكن تتوقعه؟ أزله وأبلغ مكتب المساعدة.
held-confirm = إنه لي، استخدمه
held-refuse = ليس لي
held-confirm-named = تأكيد أن مفتاح المرور «{ $name }» لك
held-refuse-named = مفتاح المرور «{ $name }» ليس لي: إزالته
not-removable = لا يمكن إزالة آخر مفتاح مرور صالح لديك.
codes-title = رموز الاسترداد
codes-left = بقي { $left } من { $most }
codes-text = عشرة رموز لليوم الذي لا يكون فيه مفتاح مرور في متناولك. كلٌّ منها يتيح لك إنشاء مفتاح مرور جديد مرة واحدة.
codes-since = أُنشئت في
codes-make = إنشاء رموز استرداد
codes-make-new = إنشاء رموز جديدة
codes-ask = ستحصل على عشرة رموز. اطبعها أو احفظها في مكان آمن غير هذا الجهاز: من يملك أحدها ويعرف اسم المستخدم يستطيع إنشاء مفتاح مرور لحسابك.
codes-replaces = الرموز التي لديك الآن ستتوقف عن العمل.
codes-made-title = رموز الاسترداد الخاصة بك
codes-made-lead = تُعرض هذه المرة فقط. اطبعها أو انسخها الآن.
codes-use = في صفحة تسجيل الدخول: «هل تواجه مشكلة في تسجيل الدخول؟» ثم «لا أستطيع استخدام أيٍّ من مفاتيح مروري». كلٌّ منها يعمل مرة واحدة.
codes-copy = نسخ الكل
codes-print = طباعة
codes-kept = لقد حفظتها
lost-button = مفقود
lost-named = مفتاح المرور «{ $name }» مفقود
lost-text = إذا فُقد الجهاز أو سُرق أو كان بإمكان غيرك استخدامه، تتوقف مفاتيح المرور هذه فورًا ويُسجَّل خروجك من كل مكان، ومن هنا أيضًا:
lost-then = بعدها سجّل الدخول بمفتاح مرور آخر. وإن لم يكن لديك، تُعرض عليك طرق العودة الأخرى.
lost-confirm = الإبلاغ عن الفقدان وتسجيل الخروج
recovered-badge = من استرداد
recovered-note = عدت بمفتاح مرور من استرداد. لحماية حسابك لا يمكن هنا إزالة مفتاح مرور آخر ولا استبدال رموز الاسترداد حتى
last-used = آخر استخدام
never-used = لم يُستخدم بعد
passkey-ends-unused = يعمل حتى هذا اليوم ما لم تستخدمه قبل ذلك:
passkey-ends = يعمل حتى هذا اليوم؛ أضف مفتاحًا آخر في الوقت المناسب:
created = تاريخ الإنشاء
sessions-title = أين سُجّل دخولك
session-current = هذا المتصفح
session-seen = آخر نشاط
session-since = تسجيل الدخول
activity-title = النشاط الأخير
activity-none = لم يحدث شيء بعد.
activity-unknown = ألم تكن أنت من فعل شيئًا من هذا؟ أزل مفتاح المرور المعني، وسجّل خروج الجهاز، وأبلغ مكتب المساعدة.
activity-signed-in = { $named ->
    [yes] تسجيل دخول باستخدام «{ $name }»
   *[no] تسجيل دخول
}
activity-sign-in-refused = { $named ->
    [yes] رُفض تسجيل دخول باستخدام «{ $name }»
   *[no] رُفض تسجيل دخول
}
activity-passkey-added = { $named ->
    [yes] أُضيف مفتاح المرور «{ $name }»
   *[no] أُضيف مفتاح مرور
}
activity-passkey-renamed = { $named ->
    [yes] تغيّر اسم مفتاح مرور إلى «{ $name }»
   *[no] تغيّر اسم مفتاح مرور
}
activity-passkey-removed = { $named ->
    [yes] أُزيل مفتاح المرور «{ $name }»
   *[no] أُزيل مفتاح مرور
}
activity-passkey-confirmed = { $named ->
    [yes] أُكّد مفتاح المرور «{ $name }»
   *[no] أُكّد مفتاح مرور
}
activity-passkey-prepared = بدأ أحدهم إنشاء مفتاح مرور لك
activity-passkey-not-prepared = أُلغي إنشاء مفتاح مرور كان قد بدأ لك
activity-session-ended = سُجّل خروج أحد الأجهزة
activity-signed-out = تسجيل خروج
activity-link-made = أُنشئ رابط تسجيل لك
activity-pass-made = أُنشئ رمز وصول مؤقت لك
activity-pass-removed = أُزيل رمز الوصول المؤقت الخاص بك
activity-pass-used = استُخدم رمز الوصول المؤقت الخاص بك
activity-pass-refused = جُرّب رمز وصول مؤقت ورُفض
activity-codes-made = أُنشئت رموز استرداد وانتهت القديمة
activity-recovery-begun = استُخدم رمز استرداد لإنشاء مفتاح مرور
activity-recovery-refused = جُرّب رمز استرداد ورُفض
activity-reported-lost = { $named ->
    [yes] أُبلغ عن الفقدان: «{ $name }»؛ سُجّل الخروج من كل مكان
   *[no] أُبلغ عن فقدان مفتاح مرور؛ سُجّل الخروج من كل مكان
}
activity-renamed = تغيّر اسمك
activity-passkey-refused = لم يُقبل مفتاح مرور جديد
activity-disabled = عُطِّل حسابك
activity-enabled = فُعِّل حسابك
activity-other = تغيّر شيء في حسابك
activity-by = بواسطة { $who }
add-title = إنشاء مفتاح مرور
add-where = سيسألك المتصفح أين تحفظه: على هذا الجهاز أو في مدير كلمات المرور أو على هاتفك أو على مفتاح أمان.
add-accepts-models = تقبل مؤسستك مفاتيح المرور من: { $names }.
add-accepts-synced = تقبل مؤسستك مفاتيح المرور المتزامنة فقط.
add-accepts-device-bound = تقبل مؤسستك مفاتيح المرور التي تبقى على جهاز واحد فقط، مثل مفاتيح الأمان.
add-accepts-proven = تقبل مؤسستك مفاتيح الأمان التي تُثبت طرازها فقط. وافق عندما يطلب المتصفح إظهار الصانع والطراز.
added-title = أُنشئ مفتاح المرور
added-lead = سمّه باسم تعرفه به.
remove-text = لن يتمكن أحد من تسجيل الدخول به بعد الآن، وسيُسجَّل خروج الأجهزة التي دخلت به.
remove-copy = قد تبقى النسخة في مدير كلمات المرور لديك. إن ظل يعرضها عليك فاحذفها منه أيضًا.
remove-button = إزالة مفتاح المرور
keep = الاحتفاظ به

## الأشخاص
people-title = الأشخاص
people-lead = من ينتمي إلى مؤسستك. أضف شخصًا ثم أرسل إليه رابط التسجيل.
people-list = قائمة الأشخاص
people-add-title = إضافة شخص
people-add = إضافة
people-more = المزيد من الأشخاص
people-passkeys = { $count ->
    [0] لا يوجد
    [one] مفتاح مرور واحد
    [two] مفتاحا مرور
    [few] { $count } مفاتيح مرور
    [many] { $count } مفتاح مرور
   *[other] { $count } مفتاح مرور
}
people-rename-title = إعادة التسمية
people-rename-text = تبقى مفاتيح المرور كما هي، ويسجّل الشخص الدخول باسم المستخدم الجديد.
column-person = الشخص
column-passkeys = مفاتيح المرور
column-last-sign-in = آخر تسجيل دخول
column-actions = الإجراءات
administrator = مسؤول
disabled = معطّل
link-open = الرابط لم يُستخدم بعد
make-link = رابط التسجيل
make-pass = رمز وصول مؤقت
made-pass-lead = يُعرض هذه المرة فقط. تأكّد ممن تعطيه إياه: من يملكه يستطيع إنشاء مفتاح مرور لهذا الحساب.
made-pass-until = يُدخل في صفحة تسجيل الدخول حتى
desk-lost = الإبلاغ عن الفقدان
desk-lost-text = تتوقف مفاتيح المرور التي تختارها فورًا، ويُسجَّل خروج الشخص من كل مكان. وتنتهي رموز الاسترداد أيضًا: إن لم يبقَ أي مفتاح مرور احتاج إلى رمز وصول مؤقت.
desk-lost-confirm = إبطال وتسجيل الخروج
pass-reason = كيف تأكّدت من هوية الشخص؟
pass-reason-text = كان لهذا الشخص مفتاح مرور من قبل: برمز وصول قد يستولي شخص آخر على الحساب. تحقّق أولًا ممن يطلب.
pass-reason-hint = بضع كلمات تُسجَّل في سجل التدقيق، مثل «عاودنا الاتصال بالرقم المدوّن في قائمة الموظفين».
copy-pass = نسخ الرمز
disable = تعطيل
enable = تفعيل
disable-text = لن يتمكن هذا الشخص من تسجيل الدخول، وسيُسجَّل خروجه من كل مكان. تبقى مفاتيح المرور محفوظة، ويمكنك تفعيل الحساب من جديد.
link-once = أرسل هذا الرابط بطريقة لا يقرؤه بها سوى هذا الشخص. يعمل مرة واحدة ولا يُعرض إلا الآن.
link-label = رابط التسجيل
link-until = يعمل حتى
copy-link = نسخ الرابط

## رفض الطلبات في صفحة
error-title = لم ينجح ذلك
error-way-on = متابعة
error-start = إلى صفحة البداية
error-code = الرمز
error-detail = التفصيل
error-reference = الرقم المرجعي
wrong-host-title = يعمل هذا الخادم تحت عنوان آخر
wrong-host-text = لا تعمل مفاتيح المرور إلا تحت عنوان واحد. استخدم هذا العنوان من فضلك:

consent-title = هل تسمح لـ { $name }؟
consent-lead = يطلب هذا التطبيق استخدام حسابك:
consent-asked = سيصبح بإمكانه:
consent-api = سيصبح بإمكانه في { $name }:
consent-host = يُرسَل الرد إلى
consent-kept = لا تسمح بذلك إلا إذا كنت تعرف هذا التطبيق. يبقى السماح ساريًا إلى أن تلغيه في صفحة معلومات الأمان أو يلغيه أحد المسؤولين.
consent-openid = معرفة من أنت
consent-profile = الاطلاع على اسمك واسم المستخدم
consent-email = الاطلاع على عنوان بريدك الإلكتروني
consent-user-read = قراءة تفاصيل حسابك
consent-offline-access = الاحتفاظ بهذا الوصول أثناء غيابك
consent-allow = السماح
consent-deny = عدم السماح

device-enter-title = السماح لجهاز بتسجيل الدخول
device-enter-lead = اكتب الرمز الذي يعرضه الجهاز.
device-code = الرمز
device-code-unknown = لا يوجد رمز كهذا، أو انتهت صلاحيته. تحقق من الأحرف، أو ابدأ من جديد على الجهاز.
device-title = هل تسمح لـ { $name } بتسجيل الدخول على جهاز؟
device-warning = لا تسمح بذلك إلا إذا بدأته بنفسك الآن على جهاز أمامك. لا أحد ممن يساعدك يحتاج إلى ذلك منك.
device-place = طُلب من
device-allow = السماح

answer-title = إلى { $name }
answer-lead = ستصل خلال لحظات.
answer-go = متابعة

applications-title = تطبيقاتك
applications-lead = ما يمكنك فتحه من هنا.
applications-none = لا توجد تطبيقات هنا بعد
applications-none-text = من يدير تطبيقات مؤسستك هو من يقرر ما يظهر هنا.

consents-title = ما يُسمح للتطبيقات به
consents-since = سُمح في
consents-withdraw = إلغاء السماح
consents-hint = ما سمح به أحد المسؤولين للجميع لا يظهر هنا.

sign-out-title = تسجيل الخروج من هنا؟
sign-out-asked-by = يطلب { $name } تسجيل خروجك من هذا المتصفح.
sign-out-asked = سيُسجَّل خروجك من هذا المتصفح.
sign-out-kept = التطبيقات التي سجّلت الدخول إليها من هنا تفقد وصولها أيضًا.
sign-out-stay = البقاء مسجّلًا

sign-in-by-password = تسجيل الدخول بكلمة مرور
password-title = تسجيل الدخول بكلمة مرور
password-lead = ورمز، من تطبيق المصادقة أو بالبريد. مفتاح المرور لا يحتاج إلى أيٍّ منهما.
password-field = كلمة المرور
password-off = لا تستخدم مؤسستك كلمات المرور. سجّل الدخول بمفتاح مرورك.
password-help-code = يتغيّر الرمز كل ثلاثين ثانية. إن لم يكن صحيحًا أبدًا فتحقّق من ساعة الجهاز الذي يعرضه.
password-help-desk = ليست لديك كلمة مرور أو تطبيق مصادقة؟ اطلب من مكتب المساعدة رابط تسجيل أو رمز وصول مؤقتًا.
factor-title = أدخل الرمز
factor-lead = ستة أرقام من تطبيق المصادقة لديك.
factor-field = الرمز
factor-again = البدء من جديد
upgrade-title = في المرة القادمة بلا كلمة مرور
upgrade-lead = أنشئ مفتاح مرور على هذا الجهاز: إنه أسرع من كلمة المرور والرمز، ولا يستطيع أحد أن يخدعك ليأخذه.
upgrade-later = لاحقًا
upgrade-done-title = لديك الآن مفتاح مرور
upgrade-done-lead = من الآن فصاعدًا تسجّل الدخول به. تجده في معلومات الأمان.
upgrade-go-on = متابعة
passwords-title = كلمة المرور وتطبيق المصادقة
passwords-text = للأماكن التي لا يمكنك فيها استخدام مفتاح مرور بعد. لا يُدخلانك إلا معًا.
password-since = ضُبطت في
password-given = بواسطة مسؤول: اختر كلمة خاصة بك
password-none = لا توجد
password-set = ضبط كلمة مرور
password-change = تغيير كلمة المرور
password-new = كلمة المرور الجديدة
password-same = مرة أخرى
password-rule = { $least } حرفًا على الأقل، أيّ أحرف تريد. عدة كلمات متتالية خيار جيد.
password-ends-here = سيُسجَّل خروجك هنا، ثم تدخل بالكلمة الجديدة.
app-title = تطبيق المصادقة
app-since = أُعدّ في
app-none = لم يُعدّ
app-add = إعداد تطبيق مصادقة
app-replace = إعداد تطبيق آخر
app-replaces = التطبيق الذي لديك الآن سيتوقف عن العمل.
app-scan = امسح الرمز بأي تطبيق مصادقة ثم أدخل الأرقام الستة التي يعرضها.
app-code-alt = رمز QR لتطبيق المصادقة
app-by-hand = يتعذّر المسح؟ أدخل هذا المفتاح
app-confirm = إعداد
take-away-text = يتوقف عن العمل فورًا، وتنتهي كل عمليات الدخول بكلمة المرور.
activity-password-set = ضُبطت كلمة مرورك
activity-password-removed = أُزيلت كلمة مرورك
activity-app-added = أُعدّ تطبيق مصادقة
activity-app-removed = أُزيل تطبيق المصادقة
factor-mail-lead = ستة أرقام نرسلها إلى بريدك الإلكتروني. تصلح لعشر دقائق.
factor-mail-again = إرسال رمز آخر
factor-by-mail = أرسلوا لي رمزًا بالبريد بدلًا من ذلك
factor-by-app = استخدام تطبيق المصادقة بدلًا من ذلك
