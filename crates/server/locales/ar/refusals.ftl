### نص كل رفض وما ينبغي فعله، بحسب الرمز.

refusal-state-unreadable = لم تعد هذه المحاولة تخص هذه الصفحة.
refusal-state-unreadable-remedy = أعد تحميل الصفحة ثم حاول مرة أخرى.

refusal-state-expired = بقيت الصفحة مفتوحة أكثر من خمس دقائق.
refusal-state-expired-remedy = حاول مرة أخرى، فقد جُدّدت الصفحة لك.

refusal-state-spent = استُخدمت هذه المحاولة من قبل.
refusal-state-spent-remedy = حاول مرة أخرى، فلكل محاولة تحدٍّ خاص بها.

refusal-state-clock-skewed = ساعة الخادم غير مضبوطة، ولذلك توقفت عمليات تسجيل الدخول.
refusal-state-clock-skewed-remedy = على مشغّل الخادم ضبط الساعة، ثم حاول مرة أخرى.

refusal-sign-in-passkey-refused = تعذّر التحقق من استجابة مفتاح المرور.
refusal-sign-in-passkey-refused-remedy = حاول مرة أخرى، أو سجّل الدخول بمفتاح مرور آخر.

refusal-sign-in-passkey-unknown = مفتاح المرور هذا غير معروف هنا، وربما أُزيل من حسابك.
refusal-sign-in-passkey-unknown-remedy = استخدم مفتاح مرور آخر، أو اطلب من مكتب المساعدة رابط تسجيل.

refusal-sign-in-passkey-removed = أُزيل مفتاح المرور هذا من حسابك.
refusal-sign-in-passkey-removed-remedy = احذفه من مدير كلمات المرور لديك واستخدم مفتاح مرور آخر، أو اطلب من مكتب المساعدة رابط تسجيل.

refusal-sign-in-user-not-verified = لم يتحقق جهازك من هويتك (رمز PIN أو بصمة الإصبع أو الوجه).
refusal-sign-in-user-not-verified-remedy = أعدّ رمز PIN أو بصمة الإصبع أو الوجه على الجهاز ثم حاول مرة أخرى.

refusal-sign-in-counter-regressed = ربما نُسخ مفتاح المرور هذا، ولذلك لا يُقبل.
refusal-sign-in-counter-regressed-remedy = استخدم مفتاح مرور آخر وأبلغ مكتب المساعدة.

refusal-sign-in-backup-eligibility-changed = يناقض مفتاح المرور هذا ما أعلنه عند تسجيله.
refusal-sign-in-backup-eligibility-changed-remedy = استخدم مفتاح مرور آخر، ثم سجّل هذا المفتاح من جديد.

refusal-sign-in-account-disabled = هذا الحساب معطّل.
refusal-sign-in-account-disabled-remedy = راجع مكتب المساعدة.

refusal-sign-in-passkey-held = سجّل شخص آخر مفتاح المرور هذا لك، وهو ينتظر تأكيدك.
refusal-sign-in-passkey-held-remedy = سجّل الدخول بمفتاح مرور آخر وأكّد هذا المفتاح في صفحة معلومات الأمان، أو راجع مكتب المساعدة.

refusal-sign-in-passkey-inactive = مفتاح المرور هذا غير نشط.
refusal-sign-in-passkey-inactive-remedy = استخدم مفتاح مرور آخر أو راجع مكتب المساعدة.

refusal-sign-in-policy-refused = لا تقبل قواعد مؤسستك تسجيل الدخول هذا.
refusal-sign-in-policy-refused-remedy = استخدم مفتاح مرور آخر أو راجع مكتب المساعدة.

refusal-session-none = لم تسجّل الدخول هنا، أو انتهت جلستك.
refusal-session-none-remedy = سجّل الدخول.

refusal-session-not-fresh = يتطلب هذا تسجيل دخول لم يمضِ عليه أكثر من خمس دقائق.
refusal-session-not-fresh-remedy = أكّد هويتك بمفتاح المرور.

refusal-session-missing = لا توجد جلسة كهذه، وربما انتهت.
refusal-session-missing-remedy = أعد تحميل الصفحة.

refusal-registration-refused = تعذّر قبول مفتاح المرور الجديد.
refusal-registration-refused-remedy = حاول مرة أخرى، أو استخدم جهازًا آخر أو مدير كلمات مرور آخر.

refusal-registration-credential-exists = مفتاح المرور هذا مسجّل من قبل.
refusal-registration-credential-exists-remedy = سجّل الدخول به، أو أنشئ مفتاحًا في مكان آخر.

refusal-passkey-too-many = لديك أكبر عدد من مفاتيح المرور تسمح به مؤسستك.
refusal-passkey-too-many-remedy = أزل مفتاحًا لم تعد تستخدمه.

refusal-passkey-last = لا يمكن إزالة آخر مفتاح مرور صالح لديك.
refusal-passkey-last-remedy = أضف مفتاح مرور آخر أولًا.

refusal-passkey-missing = لا يوجد مفتاح مرور كهذا في حسابك.
refusal-passkey-missing-remedy = أعد تحميل الصفحة.

refusal-passkey-name-unfit = يتكوّن اسم مفتاح المرور من حرف واحد إلى 64 حرفًا ظاهرًا.
refusal-passkey-name-unfit-remedy = اختر اسمًا آخر.

refusal-passkey-not-held = مفتاح المرور هذا لا ينتظر تأكيدًا.
refusal-passkey-not-held-remedy = أعد تحميل الصفحة.

refusal-provisioning-challenge-unknown = لم تُصدَر هذه الخيارات لهذا الشخص.
refusal-provisioning-challenge-unknown-remedy = اطلب خيارات إنشاء وسجّل بها.

refusal-provisioning-options-expired = انتهت خيارات الإنشاء.
refusal-provisioning-options-expired-remedy = اطلب خيارات جديدة.

refusal-provisioning-options-cancelled = أُلغيت خيارات الإنشاء.
refusal-provisioning-options-cancelled-remedy = اطلب خيارات جديدة.

refusal-provisioning-options-void = تغيّر الشخص أو من طلب الخيارات منذ ذلك الحين.
refusal-provisioning-options-void-remedy = اطلب خيارات جديدة.

refusal-provisioning-options-missing = لا توجد خيارات مفتوحة كهذه لهذا الشخص.
refusal-provisioning-options-missing-remedy = راجع قائمة الخيارات المفتوحة.

refusal-provisioning-too-many-options = خيارات الإنشاء المفتوحة كثيرة جدًا.
refusal-provisioning-too-many-options-remedy = استخدمها أو ألغِ بعضها أو انتظر حتى تنتهي.

refusal-provisioning-lifetime-unfit = تدوم خيارات الإنشاء من 5 إلى 43200 دقيقة.
refusal-provisioning-lifetime-unfit-remedy = اختر مدة بينهما.

refusal-provisioning-guest = لا ينشئ أحد مفاتيح مرور نيابة عن الضيوف.
refusal-provisioning-guest-remedy = أرسل إلى الشخص رابط تسجيل.

refusal-provisioning-person-disabled = حساب الشخص معطَّل.
refusal-provisioning-person-disabled-remedy = فعّل الحساب أولًا.

refusal-provisioning-same-hands = من سجّل مفتاح مرور لشخص لا يمكنه تأكيده أيضًا.
refusal-provisioning-same-hands-remedy = يؤكده صاحبه في صفحة معلومات الأمان أو يؤكده مسؤول آخر.

refusal-link-unusable = هذا الرابط غير معروف أو انتهت صلاحيته أو استُخدم من قبل أو حلّ محله رابط آخر.
refusal-link-unusable-remedy = اطلب رابطًا جديدًا ممن أرسله إليك.

refusal-notice-link-unusable = رابط هذه الرسالة غير معروف أو انتهت صلاحيته أو استُخدم من قبل.
refusal-notice-link-unusable-remedy = سجّل الدخول وانظر في معلومات الأمان وأزل ما ليس لك. إن لم تستطع فاذهب إلى مكتب المساعدة.

refusal-mail-settings-unfit = لا يمكن إعداد البريد هكذا؛ لم يتغيّر شيء.
refusal-mail-settings-unfit-remedy = راجع القيم المعطاة ثم حاول مرة أخرى.

refusal-mail-missing = لا يوجد خادم بريد.
refusal-mail-missing-remedy = اطلب ممن يدير هذا الخادم أن يحدد واحدًا.

refusal-webhook-unfit = لا يمكن إبلاغ هذا العنوان؛ لم يتغيّر شيء.
refusal-webhook-unfit-remedy = أعطِ عنوان https بلا اسم مستخدم ولا كلمة مرور، وعشرين على الأكثر.

refusal-webhook-missing = لا يوجد خطاف ويب كهذا.
refusal-webhook-missing-remedy = راجع قائمة ما هو موجود منها.

refusal-pass-wrong = اسم المستخدم أو رمز الوصول المؤقت غير صحيح.
refusal-pass-wrong-remedy = تحقّق من كليهما؛ حالة الأحرف لا تهمّ. إذا تكرّر ذلك فاطلب رمزًا جديدًا ممن أعطاك إياه.

refusal-pass-expired = انتهت صلاحية رمز الوصول المؤقت.
refusal-pass-expired-remedy = اطلب رمزًا جديدًا ممن أعطاك إياه.

refusal-pass-not-yet-valid = لم يبدأ رمز الوصول المؤقت بالعمل بعد.
refusal-pass-not-yet-valid-remedy = اسأل من أعطاك إياه متى يبدأ العمل به.

refusal-pass-used = رمز الوصول المؤقت صالح لمرة واحدة وقد استُخدم من قبل.
refusal-pass-used-remedy = اطلب رمزًا جديدًا، وأخبر من أعطاك إياه إن لم تكن أنت من استخدمه.

refusal-pass-unusable = استُبدل رمز الوصول المؤقت أو أُزيل أو أُنهي، أو انتهى وقت التسجيل به.
refusal-pass-unusable-remedy = أدخله مرة أخرى أو اطلب رمزًا جديدًا.

refusal-pass-not-allowed = لا تسمح سياسة مؤسستك لهذا الحساب باستخدام رمز وصول مؤقت.
refusal-pass-not-allowed-remedy = اطلب رابط تسجيل من مكتب المساعدة.

refusal-pass-own = لا يُنشئ أحد رمز وصول مؤقت لنفسه.
refusal-pass-own-remedy = اطلب ذلك من مسؤول آخر.

refusal-pass-unfit = مدة رمز الوصول المؤقت أو بدايته أو عدد مرات استخدامه ليست مما تسمح به السياسة.
refusal-pass-unfit-remedy = راجع سياسة رموز الوصول المؤقتة.

refusal-pass-missing = ليس لدى هذا الشخص رمز وصول مؤقت كهذا.
refusal-pass-missing-remedy = أنشئ رمزًا.

refusal-pass-policy-unfit = سياسة رموز الوصول المؤقتة خارج النطاق المسموح.
refusal-pass-policy-unfit-remedy = تكون المدد بين 10 و43200 دقيقة، والرموز بين 8 و48 حرفًا، ويجب أن تكون المجموعات موجودة. لم يُحفظ شيء.

refusal-pass-reason-missing = كان لهذا الشخص مفتاح مرور من قبل: يحتاج رمز الوصول المؤقت إلى سبب.
refusal-pass-reason-missing-remedy = تأكّد ممن يطلب، واكتب كيف.

refusal-recovery-wrong = اسم المستخدم أو رمز الاسترداد غير صحيح.
refusal-recovery-wrong-remedy = تحقّق من كليهما. يعمل كل رمز مرة واحدة، وإنشاء رموز جديدة يُنهي القديمة. إذا تكرّر ذلك فاسأل مكتب المساعدة.

refusal-recovery-unusable = استُخدم رمز الاسترداد أو استُبدل، أو الحساب معطّل، أو انتهى وقت التسجيل.
refusal-recovery-unusable-remedy = أدخل رمزًا مرة أخرى أو اسأل مكتب المساعدة.

refusal-recovery-not-allowed = لا تسمح سياسة مؤسستك لهذا الحساب باستخدام رموز الاسترداد.
refusal-recovery-not-allowed-remedy = اطلب رمز وصول مؤقتًا من مكتب المساعدة.

refusal-recovery-policy-unfit = تذكر سياسة الاستعادة مجموعة غير موجودة أو مكرّرة أو مجموعات أكثر من اللازم، أو مدة انتظار خارج 1 إلى 720 ساعة.
refusal-recovery-policy-unfit-remedy = صحّحها. لم يُحفظ شيء.

refusal-recovery-rung-not-allowed = لا تتيح مؤسستك لهذا الحساب طريق العودة هذا.
refusal-recovery-rung-not-allowed-remedy = اختر طريقة أخرى أو اسأل مكتب المساعدة.

refusal-recovery-request-unusable = استُخدمت هذه الاستعادة أو أُلغيت أو استُبدلت، أو انتهى وقتها، أو تغيّر الحساب في الأثناء.
refusal-recovery-request-unusable-remedy = ابدأ من جديد أو اسأل مكتب المساعدة.

refusal-recovery-request-waits = لم تنتهِ بعد مدة الانتظار لهذه الاستعادة.
refusal-recovery-request-waits-remedy = عُد بعد انتهائها.

refusal-recovery-request-unknown = لا جهاز ينتظر بهذا الرمز، أو ليس القرار لك.
refusal-recovery-request-unknown-remedy = تحقّق من الحروف أو اطلب رمزًا جديدًا.

refusal-recovery-too-recent = عدت عن طريق استرداد قبل أقل من يوم: حتى ذلك الحين لا يمكنك إزالة مفتاح مرور، ولا تأكيد مفتاح معلّق، ولا إنشاء رموز استرداد، ولا السماح لأحد بالعودة.
refusal-recovery-too-recent-remedy = سجّل الدخول بمفتاح مرور آخر أو انتظر. يمكن الإبلاغ عن جهاز مفقود فورًا.

refusal-lost-unfit = يُبلَّغ عن فقدان مفتاح مرور واحد، أو عدة مفاتيح من صانع واحد.
refusal-lost-unfit-remedy = أبلغ عنها واحدًا بعد الآخر.

refusal-link-not-needed = روابط التسجيل مخصّصة لمن ليس لديه مفتاح مرور صالح.
refusal-link-not-needed-remedy = يمكن لهذا الشخص تسجيل الدخول وإضافة مفتاح مرور من صفحة «معلومات الأمان».

refusal-setup-closed = اكتمل الإعداد وأُغلق نهائيًا.
refusal-setup-closed-remedy = سجّل الدخول؛ ويمكن للمسؤول إضافة أشخاص.

refusal-user-name-unfit = يتكوّن اسم المستخدم من 1 إلى 113 حرفًا: أحرف وأرقام وبينها الرموز . _ - + @
refusal-user-name-unfit-remedy = اختر اسم مستخدم آخر.

refusal-user-display-name-unfit = يتكوّن الاسم من حرف واحد إلى 256 حرفًا ظاهرًا.
refusal-user-display-name-unfit-remedy = اختر اسمًا آخر.

refusal-setup-organisation-unfit = يتكوّن اسم المؤسسة من حرف واحد إلى 128 حرفًا ظاهرًا.
refusal-setup-organisation-unfit-remedy = اختر اسمًا آخر للمؤسسة.

refusal-user-name-taken = اسم المستخدم هذا مستخدَم، أو يشبه اسمًا مستخدَمًا.
refusal-user-name-taken-remedy = اختر اسم مستخدم آخر.

refusal-user-missing = لا يوجد شخص بهذا الاسم.
refusal-user-missing-remedy = تحقق من الاسم.

refusal-user-last-administrator = لا يمكن تعطيل آخر مسؤول عام يستطيع تسجيل الدخول ولا إزالته، ولا أن يفقد آخر مفتاح مرور مقبول لديه.
refusal-user-last-administrator-remedy = عيّن شخصًا آخر مسؤولًا عامًا أولًا.

refusal-user-not-administrator = لا يحمل هذا الشخص أي دور في الدليل.
refusal-user-not-administrator-remedy = ينشئ أحد المسؤولين رابط تسجيل لغيره من صفحة «الأشخاص».

refusal-role-insufficient = لا تسمح أدوارك بهذا.
refusal-role-insufficient-remedy = راجع أحد المسؤولين.

refusal-permission-missing = رمز وصول التطبيق لا يحمل إذنًا بهذا.
refusal-permission-missing-remedy = يمنح أحد المسؤولين التطبيق الإذن اللازم.

refusal-user-mail-unfit = هذا ليس عنوان بريد.
refusal-user-mail-unfit-remedy = تحقق من العنوان.

refusal-directory-nickname-unfit = يتكون اسم البريد المختصر من 1 إلى 64 حرفًا أو رقمًا أو . _ -.
refusal-directory-nickname-unfit-remedy = اختر اسمًا آخر.

refusal-user-attribute-unfit = إحدى القيم طويلة جدًا أو فيها محارف لا تُرى.
refusal-user-attribute-unfit-remedy = اختصر القيمة أو صححها.

refusal-user-manager-unfit = لا أحد مدير نفسه.
refusal-user-manager-unfit-remedy = اختر شخصًا آخر.

refusal-record-outdated = تغيّر السجل منذ قراءته.
refusal-record-outdated-remedy = اقرأه من جديد ثم كرر التغيير.

refusal-directory-object-missing = لا يوجد شخص أو مجموعة أو تطبيق كهذا.
refusal-directory-object-missing-remedy = تحقق من المعرّف.

refusal-list-column-hidden = يستخدم المرشح خاصية لا يحق لك قراءتها.
refusal-list-column-hidden-remedy = احذف الخاصية أو اطلب إذنًا بقراءتها.

refusal-list-query-unfit = لا يمكن ترشيح هذه القائمة أو ترتيبها هكذا.
refusal-list-query-unfit-remedy = استخدم الخصائص والعمليات المذكورة في التوثيق.

refusal-list-cursor-unfit = رابط الصفحة التالية لا يخص هذه القائمة.
refusal-list-cursor-unfit-remedy = اطلب الصفحة الأولى من جديد.

refusal-group-missing = لا توجد مجموعة كهذه.
refusal-group-missing-remedy = تحقق من المعرّف.

refusal-group-ambiguous = لعدة مجموعات هذا الاسم.
refusal-group-ambiguous-remedy = سمِّ المجموعة بمعرّفها.

refusal-group-name-unfit = يتكون اسم المجموعة من 1 إلى 256 محرفًا مرئيًا.
refusal-group-name-unfit-remedy = اختر اسمًا آخر.

refusal-group-description-unfit = يتكون وصف المجموعة من 1 إلى 1024 محرفًا مرئيًا.
refusal-group-description-unfit-remedy = اختصر الوصف.

refusal-group-cycle = ستكون المجموعة داخل نفسها.
refusal-group-cycle-remedy = اختر عضوًا آخر.

refusal-group-too-many-above = تداخل المجموعات عميق جدًا.
refusal-group-too-many-above-remedy = قلل التداخل.

refusal-group-member-exists = هو عضو بالفعل.
refusal-group-member-exists-remedy = لا حاجة إلى شيء.

refusal-group-member-missing = ليس عضوًا مباشرًا في هذه المجموعة.
refusal-group-member-missing-remedy = انظر أعضاء المجموعة.

refusal-directory-owner-exists = هو مالك بالفعل.
refusal-directory-owner-exists-remedy = لا يلزم فعل شيء.

refusal-directory-owner-missing = ليس مالكًا لهذا.
refusal-directory-owner-missing-remedy = اطّلع على قائمة المالكين.

refusal-directory-owner-unfit = المالكون أشخاص وتطبيقات، وليسوا مجموعات.
refusal-directory-owner-unfit-remedy = سمِّ شخصًا أو تطبيقًا.

refusal-directory-too-many-owners = له 100 مالك بالفعل.
refusal-directory-too-many-owners-remedy = أزل مالكًا أولًا.

refusal-group-not-role-assignable = لا تُمنح أدوار الدليل إلا لمجموعات أُنشئت لذلك.
refusal-group-not-role-assignable-remedy = أنشئ مجموعة يمكن منحها أدوارًا، أو امنح الدور لأشخاص.

refusal-role-missing = لا يوجد دور دليل كهذا.
refusal-role-missing-remedy = استخدم معرّف قالب الدور.

refusal-role-not-held = لم يُمنح الدور له مباشرة.
refusal-role-not-held-remedy = انظر أعضاء الدور؛ فقد يأتي عبر مجموعة.

refusal-role-held = الدور ممنوح بالفعل.
refusal-role-held-remedy = لا حاجة إلى شيء.

refusal-passkey-own = هنا يدير المسؤول مفاتيح مرور الآخرين لا مفاتيحه.
refusal-passkey-own-remedy = أدر مفاتيحك في صفحة معلومات الأمان.

refusal-request-malformed = لم يفهم الخادم الطلب.
refusal-request-malformed-remedy = أعد تحميل الصفحة ثم حاول مرة أخرى.

refusal-request-too-large = حجم الطلب أكبر من المسموح.
refusal-request-too-large-remedy = أرسل بيانات أقل.

refusal-request-forged = لم يصدر الطلب عن هذه الصفحة بحالتها الحالية.
refusal-request-forged-remedy = أعد تحميل الصفحة ثم حاول مرة أخرى.

refusal-request-wrong-host = يعمل هذا الخادم تحت عنوان آخر.
refusal-request-wrong-host-remedy = استخدم العنوان المُعدّ.

refusal-request-not-found = لا توجد صفحة كهذه.
refusal-request-not-found-remedy = تحقق من العنوان.

refusal-request-method-not-allowed = لا يقبل هذا العنوان هذا النوع من الطلبات.
refusal-request-method-not-allowed-remedy = افتح الصفحة واستخدم ما تتيحه.
refusal-request-too-slow = لم يصل الطلب في الوقت المناسب.
refusal-request-too-slow-remedy = حاول مرة أخرى؛ إذا استمر الأمر فالاتصال بطيء جدًا أو ينقطع.

refusal-limit-reached = محاولات كثيرة جدًا في وقت قصير.
refusal-limit-reached-remedy = انتظر دقيقة ثم حاول مرة أخرى.

refusal-store-moved = تغيّر شيء أثناء تنفيذ الطلب.
refusal-store-moved-remedy = حاول مرة أخرى.

refusal-store-unavailable = لا يستطيع الخادم الرد الآن، ولم يتغيّر شيء.
refusal-store-unavailable-remedy = حاول مرة أخرى بعد قليل.

refusal-internal-error = حدث خطأ من جانبنا، ولم يتغيّر شيء.
refusal-internal-error-remedy = حاول مرة أخرى، وإن استمر الخطأ فأعطِ مكتب المساعدة الرقم المرجعي.

refusal-assertion-origin-mismatch = استُخدم مفتاح المرور في صفحة لا تتبع هذا الموقع.
refusal-assertion-origin-mismatch-remedy = أغلق تلك الصفحة وافتح هذا الموقع من عنوانه. وأبلغ مكتب المساعدة إن أرسلك أحد إليها.

refusal-assertion-cross-origin-refused = استُخدم مفتاح المرور داخل صفحة موقع آخر.
refusal-assertion-cross-origin-refused-remedy = افتح هذا الموقع في علامة تبويب مستقلة.

refusal-assertion-user-verification-missing = لم يتحقق جهازك من هويتك (رمز PIN أو بصمة الإصبع أو الوجه).
refusal-assertion-user-verification-missing-remedy = أعدّ رمز PIN أو بصمة الإصبع أو الوجه على الجهاز ثم حاول مرة أخرى.

refusal-assertion-credential-not-allowed = ليس هذا من مفاتيح المرور المطلوبة.
refusal-assertion-credential-not-allowed-remedy = اختر مفتاح مرور يخص الحساب المعروض.

refusal-registration-origin-mismatch = أُنشئ مفتاح المرور في صفحة لا تتبع هذا الموقع.
refusal-registration-origin-mismatch-remedy = افتح هذا الموقع من عنوانه ثم حاول مرة أخرى.

refusal-registration-cross-origin-refused = أُنشئ مفتاح المرور داخل صفحة موقع آخر.
refusal-registration-cross-origin-refused-remedy = افتح هذا الموقع في علامة تبويب مستقلة.

refusal-registration-user-verification-missing = أنشأ جهازك مفتاح المرور دون التحقق من هويتك (رمز PIN أو بصمة الإصبع أو الوجه).
refusal-registration-user-verification-missing-remedy = أعدّ رمز PIN أو بصمة الإصبع أو الوجه على الجهاز ثم حاول مرة أخرى.

refusal-registration-algorithm-not-offered = يستخدم مفتاح المرور نوع توقيع لم يُطلب.
refusal-registration-algorithm-not-offered-remedy = استخدم جهازًا آخر أو مدير كلمات مرور آخر.

refusal-key-unsupported-algorithm = يستخدم مفتاح المرور نوع توقيع لا يمكن التحقق منه هنا.
refusal-key-unsupported-algorithm-remedy = استخدم جهازًا آخر أو مدير كلمات مرور آخر.

refusal-key-ed448 = يستخدم مفتاح المرور خوارزمية Ed448 التي لا يمكن التحقق منها هنا.
refusal-key-ed448-remedy = استخدم جهازًا آخر أو مدير كلمات مرور آخر.

refusal-application-missing = لا يوجد تطبيق كهذا.
refusal-application-missing-remedy = تحقق من المعرّف.

refusal-application-name-unfit = يتكوّن اسم التطبيق من 1 إلى 256 حرفًا مرئيًا، ووصفه من 1024 حرفًا على الأكثر.
refusal-application-name-unfit-remedy = اختر اسمًا آخر.

refusal-application-redirect-unfit = لا يمكن تسجيل أحد العناوين لاستقبال الردود.
refusal-application-redirect-unfit-remedy = استخدم عناوين https دقيقة، أو http على الجهاز نفسه.

refusal-application-logo-unfit = لا يمكن استخدام الصورة شعارًا.
refusal-application-logo-unfit-remedy = أرسل صورة ثابتة واحدة بصيغة PNG أو JPEG لا تتجاوز 512 كيبيبايت و2048 بكسل لكل جانب، وصدّر الرسم (SVG) بصيغة PNG.

refusal-application-logo-missing = ليس للتطبيق شعار.
refusal-application-logo-missing-remedy = أرسل شعارًا أولًا.

refusal-application-logout-address-unfit = لا يمكن تسجيل عنوان تسجيل الخروج.
refusal-application-logout-address-unfit-remedy = استخدم عنوان https دقيقًا، أو http على الجهاز نفسه.

refusal-application-identifier-uri-unfit = لا يمكن تسمية واجهة برمجية بهذا العنوان.
refusal-application-identifier-uri-unfit-remedy = استخدم عنوانًا مطلقًا خاصًا بك يبدأ بـ https:// أو api:// أو urn:.

refusal-application-identifier-uri-taken = هذا العنوان اسمٌ لواجهة تطبيق آخر.
refusal-application-identifier-uri-taken-remedy = انزعه من ذلك التطبيق أولًا؛ أما التطبيق المحذوف فيجب أن يُزال نهائيًا.

refusal-application-api-scope-unfit = أحد نطاقات الواجهة البرمجية غير صالح أو مكرر.
refusal-application-api-scope-unfit-remedy = تحقق من كلمته ومعرّفه ونصوصه.

refusal-application-too-many-credentials = لا يحمل التطبيق أكثر من عشرة أسرار ومفاتيح.
refusal-application-too-many-credentials-remedy = أزِل واحدًا لم يعد مستخدمًا.

refusal-application-credential-missing = ليس لدى التطبيق سر أو مفتاح كهذا.
refusal-application-credential-missing-remedy = تحقق من المعرّف.

refusal-application-key-unfit = هذا ليس مفتاحًا عامًا صالحًا للاستخدام.
refusal-application-key-unfit-remedy = أرسل المفتاح العام وحده: P-256 أو P-384 أو Ed25519 أو RSA بطول 2048 إلى 4096 بت.

refusal-application-expiry-unfit = ينتهي السر أو المفتاح في المستقبل، خلال عامين على الأكثر.
refusal-application-expiry-unfit-remedy = اختر موعد انتهاء آخر.

refusal-application-principal-exists = التطبيق عضو في المؤسسة بالفعل.
refusal-application-principal-exists-remedy = لا يلزم فعل أي شيء.

refusal-application-own-api = لا يمكن تغيير واجهة الإدارة نفسها.
refusal-application-own-api-remedy = اختر تطبيقًا آخر.

refusal-permission-unknown = لا يوجد إذن كهذا من هذا النوع.
refusal-permission-unknown-remedy = راجع قائمة الأذونات في الوثائق.

refusal-permission-held = يملك التطبيق هذا بالفعل.
refusal-permission-held-remedy = غيّر ما هو موجود.

refusal-permission-grant-missing = لا يوجد منح إذن كهذا.
refusal-permission-grant-missing-remedy = تحقق من المعرّف.

refusal-client-refused = لم يثبت التطبيق هويته.
refusal-client-refused-remedy = يتحقق مشغّل التطبيق من معرّفه أو سره أو مفتاحه.

refusal-client-not-allowed = لا يجوز للتطبيق الحصول على الوصول بهذه الطريقة.
refusal-client-not-allowed-remedy = يستخدم مشغّل التطبيق مفتاحًا بدلًا من سر.

refusal-proof-unfit = الإثبات الخاص برمز الوصول مفقود أو منتهٍ أو سبق استخدامه.
refusal-proof-unfit-remedy = يوقّع التطبيق إثباتًا جديدًا لكل طلب.

refusal-application-token-settings-unfit = مطالبة أو دور أو خوارزمية لرموز التطبيق غير صالحة أو مكررة أو محجوزة.
refusal-application-token-settings-unfit-remedy = اختر اسمًا أو مصدرًا آخر.

refusal-code-unusable = رمز التطبيق لعملية تسجيل الدخول هذه منتهٍ أو مستخدَم أو غير مخصص له.
refusal-code-unusable-remedy = عُد إلى التطبيق وسجّل الدخول من جديد.

refusal-refresh-unusable = إذن التطبيق بتسجيل دخولك من تلقاء نفسه منتهٍ أو مستخدَم أو غير مخصص له.
refusal-refresh-unusable-remedy = سجّل الدخول إلى التطبيق من جديد.

refusal-revocation-unfit = لا يمكن هنا إلا إعادة رموز التحديث (refresh tokens).
refusal-revocation-unfit-remedy = أخبر مشغّل التطبيق.

refusal-scope-unknown = يطلب التطبيق شيئًا غير موجود.
refusal-scope-unknown-remedy = أخبر مشغّل التطبيق.

refusal-resource-unknown = يطلب التطبيق واجهة برمجية غير موجودة هنا.
refusal-resource-unknown-remedy = أخبر مشغّل التطبيق.

refusal-resource-not-granted = يطلب التطبيق واجهة برمجية لم يُسمح له فيها بشيء.
refusal-resource-not-granted-remedy = أخبر مشغّل التطبيق أو أحد المسؤولين.

refusal-resource-contradictory = يطلب التطبيق واجهتين برمجيتين متعارضتين.
refusal-resource-contradictory-remedy = أخبر مشغّل التطبيق.

refusal-resource-ambiguous = لا يقول التطبيق أي واجهة برمجية من بين عدة واجهات يقصد.
refusal-resource-ambiguous-remedy = أخبر مشغّل التطبيق.

refusal-token-unusable = رمز الوصول مفقود أو منتهٍ أو غير مخصص لهذا.
refusal-token-unusable-remedy = يحصل التطبيق على رمز جديد.

refusal-device-pending = لم يسمح أحد للجهاز بعد.
refusal-device-pending-remedy = سيسأل الجهاز من جديد تلقائيًا.
refusal-device-slow-down = يسأل الجهاز أكثر مما ينبغي.
refusal-device-slow-down-remedy = سينتظر الجهاز مدة أطول تلقائيًا.
refusal-device-expired = انتهت صلاحية رمز الجهاز.
refusal-device-expired-remedy = ابدأ من جديد على الجهاز.
refusal-device-denied = رفض أحدهم السماح للجهاز.
refusal-device-denied-remedy = ابدأ من جديد على الجهاز إن كان ذلك خطأً.
refusal-device-code-unknown = لا يوجد رمز كهذا، أو انتهت صلاحيته.
refusal-device-code-unknown-remedy = تحقق من الأحرف، أو ابدأ من جديد على الجهاز.
refusal-device-privileged = الحسابات التي لها دور في الدليل لا تسجّل الدخول على أجهزة أخرى.
refusal-device-privileged-remedy = سجّل الدخول على الجهاز نفسه، أو بحساب بلا دور.

refusal-authorize-request-gone = انتهت صلاحية طلب التطبيق أو سبق الرد عليه.
refusal-authorize-request-gone-remedy = ارجع إلى التطبيق وابدأ من جديد.

refusal-application-not-assigned = لم يُسنَد إليك هذا التطبيق.
refusal-application-not-assigned-remedy = اطلب ممن يدير التطبيق أو من أحد المسؤولين أن يسنده إليك.

refusal-client-redirect-unknown = التطبيق غير معروف هنا، أو يطلب إرسال الرد إلى عنوان لم يسجّله.
refusal-client-redirect-unknown-remedy = أغلق هذه الصفحة وأخبر مشغّل التطبيق.

refusal-authorize-malformed = لا يمكن قراءة طلب التطبيق.
refusal-authorize-malformed-remedy = عُد إلى التطبيق وحاول مرة أخرى، وإن استمر ذلك فأخبر مشغّله.
refusal-graph-segment-unknown = لا يوجد مثل هذا العنوان في الواجهة البرمجية.
refusal-graph-segment-unknown-remedy = ابحث عنه في وصف الواجهة البرمجية.
refusal-graph-path-malformed = تعذرت قراءة العنوان.
refusal-graph-path-malformed-remedy = رمّز المفاتيح وأغلق علامات الاقتباس والأقواس.
refusal-graph-query-unsupported = هذا الاستعلام غير مدعوم هنا.
refusal-graph-query-unsupported-remedy = استخدم ما يذكره الوصف لهذه المجموعة.
refusal-graph-query-malformed = تعذرت قراءة أحد خيارات الاستعلام.
refusal-graph-query-malformed-remedy = صحّح الخيار المذكور.
refusal-graph-property-unknown = لا توجد خاصية بهذا الاسم.
refusal-graph-property-unknown-remedy = صحّح الاسم؛ حالة الأحرف مهمة.
refusal-graph-property-read-only = لا يمكن تعيين هذه الخاصية.
refusal-graph-property-read-only-remedy = احذفها من الطلب.
refusal-graph-property-type = إحدى الخصائص لها قيمة من نوع آخر.
refusal-graph-property-type-remedy = أرسل ما تذكر الرسالة أنه متوقع.
refusal-graph-property-missing = خاصية مطلوبة غير موجودة.
refusal-graph-property-missing-remedy = أضف الخاصية المذكورة.
refusal-graph-body-malformed = تعذرت قراءة محتوى الطلب.
refusal-graph-body-malformed-remedy = أرسل كائن JSON واحدًا.
refusal-graph-me-read-only = لا تُضاف مفاتيح المرور الخاصة ولا تُزال هنا.
refusal-graph-me-read-only-remedy = افعل ذلك في صفحة معلومات الأمان، أو دع مسؤولًا ينشئ مفتاح المرور.
refusal-graph-me-needs-person = لا معنى لـ“me” مع تطبيق يعمل بنفسه.
refusal-graph-me-needs-person-remedy = سمِّ الشخص أو استخدم رمز وصول لشخص.

refusal-policy-method-disabled = لا تقبل مؤسستك مفاتيح المرور حاليًا.
refusal-policy-method-disabled-remedy = اسأل مكتب المساعدة.

refusal-policy-excluded = تستثني قواعد مؤسستك هذا الحساب من استخدام مفاتيح المرور.
refusal-policy-excluded-remedy = اسأل مكتب المساعدة.

refusal-policy-no-profile = لم تخصّص مؤسستك مفاتيح المرور لهذا الحساب بعد.
refusal-policy-no-profile-remedy = اسأل مكتب المساعدة.

refusal-policy-synced-not-allowed = لا تقبل مؤسستك مفاتيح المرور المتزامنة لهذا الحساب.
refusal-policy-synced-not-allowed-remedy = استخدم مفتاح مرور يبقى على جهاز واحد، مثل مفتاح أمان. إن لم يكن لديك واحد فاسأل مكتب المساعدة.

refusal-policy-device-bound-not-allowed = لا تقبل مؤسستك لهذا الحساب مفاتيح المرور التي تبقى على جهاز واحد.
refusal-policy-device-bound-not-allowed-remedy = استخدم مفتاح مرور يزامنه مدير كلمات المرور لديك. إن لم يكن لديك واحد فاسأل مكتب المساعدة.

refusal-policy-model-not-allowed = تقبل مؤسستك مزوّدين وطُرزًا معيّنة فقط، ومفتاح المرور هذا ليس من أيٍّ منها.
refusal-policy-model-not-allowed-remedy = استخدم ما تحدّده مؤسستك، أو اسأل مكتب المساعدة عنه.

refusal-policy-model-blocked = لا تقبل مؤسستك مفاتيح المرور من هذا المزوّد أو الطراز.
refusal-policy-model-blocked-remedy = استخدم مزوّدًا آخر أو مفتاح أمان آخر، أو اسأل مكتب المساعدة.

refusal-policy-attestation-missing = تطلب مؤسستك مفاتيح أمان تُثبت طرازها، وهذا المفتاح لم يُثبته.
refusal-policy-attestation-missing-remedy = استخدم مفتاح أمان من مؤسستك، ووافق عندما يطلب المتصفح إظهار الصانع والطراز.

refusal-policy-attestation-lost = لم يعد إثبات طراز مفتاح الأمان هذا صالحًا.
refusal-policy-attestation-lost-remedy = استخدم مفتاح مرور آخر، أو اسأل مكتب المساعدة.

refusal-policy-model-compromised = أُبلغ عن مشكلة أمنية في هذا الطراز من مفاتيح الأمان.
refusal-policy-model-compromised-remedy = استخدم مفتاح مرور آخر، أو اطلب من مكتب المساعدة مفتاح أمان جديدًا.

refusal-policy-certification-too-low = تطلب مؤسستك مفاتيح أمان ذات اعتماد أعلى.
refusal-policy-certification-too-low-remedy = استخدم مفتاح أمان من مؤسستك، أو اسأل مكتب المساعدة.

refusal-policy-key-protection = تطلب مؤسستك مفاتيح أمان تحمي مفاتيحها على نحو أفضل.
refusal-policy-key-protection-remedy = استخدم مفتاح أمان من مؤسستك، أو اسأل مكتب المساعدة.

refusal-policy-too-old = مفتاح المرور هذا أقدم مما تسمح به مؤسستك.
refusal-policy-too-old-remedy = سجّل الدخول بمفتاح مرور أحدث واستبدل هذا، أو اطلب من مكتب المساعدة رابط تسجيل.

refusal-policy-unused-too-long = لم يُستخدم مفتاح المرور هذا مدة أطول مما تسمح به مؤسستك.
refusal-policy-unused-too-long-remedy = سجّل الدخول بمفتاح مرور آخر، أو اطلب من مكتب المساعدة رابط تسجيل.

refusal-policy-trust-group-new = جاء مفتاح المرور هذا من جهاز لم يُرَ معه من قبل.
refusal-policy-trust-group-new-remedy = استخدم جهازًا سجّلت الدخول به من قبل، أو اسأل مكتب المساعدة.

refusal-policy-trust-group-lost = لم يستطع مفتاح المرور هذا أن يُظهر أنه من أجهزتك.
refusal-policy-trust-group-lost-remedy = استخدم جهازًا سجّلت الدخول به من قبل، أو اسأل مكتب المساعدة.

refusal-policy-step-up = جاء مفتاح المرور هذا من جهاز لم يُرَ معه من قبل، وتطلب مؤسستك عندئذ إثباتًا إضافيًا.
refusal-policy-step-up-remedy = استخدم جهازًا سجّلت الدخول به من قبل، أو مفتاح مرور آخر.

refusal-policy-self-service-off = لا تسمح مؤسستك بأن يضيف الأشخاص مفاتيح المرور بأنفسهم.
refusal-policy-self-service-off-remedy = اطلب من مكتب المساعدة رابط تسجيل.

refusal-policy-unknown-kind = لا يفهم هذا الخادم إحدى قواعد مؤسستك، لذلك لا يقبل شيئًا في الوقت الحالي.
refusal-policy-unknown-kind-remedy = حاول لاحقًا. إن استمر ذلك فأخبر المشغّل بأن كل العقد يجب أن تُحدَّث.

refusal-policy-unfit = في السياسة أخطاء؛ لم يُحفظ شيء.
refusal-policy-unfit-remedy = صحّح كل موضع مذكور ثم احفظ من جديد.

refusal-policy-unreadable = السياسة ليست بالصيغة المقبولة هنا.
refusal-policy-unreadable-remedy = قارنها بالسياسة السارية.

refusal-policy-version-missing = لا توجد نسخة كهذه من السياسة.
refusal-policy-version-missing-remedy = انظر في قائمة النسخ.

refusal-policy-node-outdated = يوجد خادم يعمل وهو أقدم من أن يلتزم بسياسة كهذه.
refusal-policy-node-outdated-remedy = حدّث كل العقد، أو انتظر دقيقتين بعد انتهاء آخر خادم قديم.

refusal-policy-last-administrator = لن يكون لأي مسؤول عام، وفق هذه السياسة، مفتاح مرور مقبول.
refusal-policy-last-administrator-remedy = اقبل مفتاح مرور لأحد المسؤولين العامين، أو دع أحدهم يضيف أولًا مفتاح مرور سيُقبل.

refusal-group-used-by-policy = تذكر إحدى السياسات هذه المجموعة.
refusal-group-used-by-policy-remedy = أخرجها من السياسة أولًا.

refusal-user-too-many-break-glass = يمكن تمييز 20 حسابًا على الأكثر لحالات الطوارئ.
refusal-user-too-many-break-glass-remedy = أزل التمييز عن حساب آخر أولًا.

refusal-application-origin-unfit = لا يمكن حماية أحد العناوين.
refusal-application-origin-unfit-remedy = اكتب المخطط والمضيف والمنفذ فقط مع https، مثل https://wiki.example.org، لا مضيف هذا الخادم نفسه.

refusal-application-origin-taken = هناك تطبيق آخر يحمي هذا العنوان.
refusal-application-origin-taken-remedy = انزعه من ذلك التطبيق أولًا؛ أما التطبيق المحذوف فيجب أن يُزال نهائيًا.

refusal-forward-auth-untrusted-proxy = لم يأتِ هذا الطلب عبر وكيل يثق به خادم تسجيل الدخول.
refusal-forward-auth-untrusted-proxy-remedy = أخبر من يدير التطبيق: يجب ذكر عنوان الوكيل في --trusted-proxy.

refusal-forward-auth-malformed = لا يقول الوكيل الذي أمام هذا التطبيق بوضوح أي صفحة طُلبت.
refusal-forward-auth-malformed-remedy = أخبر من يدير التطبيق.

refusal-forward-auth-unknown-address = لا يوجد تطبيق مُعدّ لهذا العنوان.
refusal-forward-auth-unknown-address-remedy = أخبر من يدير التطبيق: على مسؤول أن يعطيه هذا العنوان.

refusal-forward-auth-signed-out = لم تسجّل الدخول إلى هذا التطبيق.
refusal-forward-auth-signed-out-remedy = افتحه في نافذة خاصة به وسجّل الدخول.

refusal-forward-auth-code-unusable = تعذّر إتمام تسجيل الدخول هنا: استُخدم طريق العودة من قبل، أو استغرق وقتًا أطول مما ينبغي، أو بدأ في متصفح آخر.
refusal-forward-auth-code-unusable-remedy = افتح التطبيق من جديد. يجب السماح بملفات تعريف الارتباط الخاصة به.

refusal-forward-auth-request-unusable = تغيّر طريق تسجيل الدخول إلى التطبيق في الأثناء.
refusal-forward-auth-request-unusable-remedy = افتح التطبيق من جديد.

refusal-password-wrong = اسم المستخدم أو كلمة المرور غير صحيح.
refusal-password-wrong-remedy = تحقّق من كليهما. بعد عشر محاولات خلال ساعة عليك الانتظار؛ أما مفتاح المرور فيعمل دائمًا.
refusal-password-unfit = لا يمكن استخدام كلمة المرور هذه: قصيرة جدًا أو طويلة جدًا، أو تحتوي على اسم المستخدم، أو معروفة من تسريب.
refusal-password-unfit-remedy = اختر كلمة أخرى. عدة كلمات متتالية طويلة ويسهل تذكّرها.
refusal-password-busy = يجري الآن التحقّق من كلمات مرور كثيرة جدًا.
refusal-password-busy-remedy = حاول مرة أخرى بعد بضع ثوانٍ، أو سجّل الدخول بمفتاح مرور.
refusal-password-passkey-first = لديك مفتاح مرور، ولا تقبل مؤسستك كلمة المرور معه.
refusal-password-passkey-first-remedy = سجّل الدخول بمفتاح مرورك. وإن تعذّر ذلك فانظر طرق العودة.
refusal-password-no-second-factor = كلمة المرور وحدها لا تُدخل أحدًا، وليس في حسابك شيء معها.
refusal-password-no-second-factor-remedy = اطلب من مكتب المساعدة رابط تسجيل أو رمز وصول مؤقتًا وأنشئ به مفتاح مرور.
refusal-password-state-over = غُيّرت كلمة المرور، أو عُطّل الحساب، أو استغرق الأمر أكثر من عشر دقائق.
refusal-password-state-over-remedy = أدخل اسم المستخدم وكلمة المرور من جديد.
refusal-password-missing = لا توجد كلمة مرور.
refusal-password-missing-remedy = أعد تحميل الصفحة.
refusal-session-by-password = سجّلت الدخول هنا بكلمة مرور؛ وهذا يتطلب مفتاح مرور.
refusal-session-by-password-remedy = سجّل الدخول بمفتاح مرورك وحاول مرة أخرى.
refusal-factor-wrong = الرمز غير صحيح، أو استُخدم من قبل.
refusal-factor-wrong-remedy = انتظر الرمز التالي. وإن لم يصحّ أبدًا فاضبط ساعة الجهاز الذي يعرضه.
refusal-factor-missing = لا يوجد تطبيق مصادقة.
refusal-factor-missing-remedy = أعد تحميل الصفحة.
refusal-passkey-upgrade-not-now = فات أوان إنشاء مفتاح مرور بلا سؤال.
refusal-passkey-upgrade-not-now-remedy = أضف مفتاح مرور في صفحة معلومات الأمان.
refusal-method-policy-unfit = تسمّي السياسة مجموعة غير موجودة، أو مجموعة مكررة، أو عددًا كبيرًا جدًا؛ أو طول كلمة مرور خارج 8 إلى 64.
refusal-method-policy-unfit-remedy = صحّحها؛ لم يُحفظ شيء.
refusal-password-not-allowed = لا تسمح سياسة مؤسستك لهذا الحساب بتسجيل الدخول بكلمة مرور.
refusal-password-not-allowed-remedy = سجّل الدخول بمفتاح مرور، أو اطلب من مكتب المساعدة رابط تسجيل.
refusal-factor-not-allowed = لا تسمح سياسة مؤسستك لهذا الحساب بهذا العامل الثاني.
refusal-factor-not-allowed-remedy = اختر عاملًا آخر أو اسأل مكتب المساعدة.

refusal-connector-unfit = لا يمكن تسمية موصّل بهذا الاسم، أو يوجد منها أكثر مما ينبغي؛ لم يتغيّر شيء.
refusal-connector-unfit-remedy = أعطِ من 1 إلى 64 محرفًا مرئيًا، وخمسين موصّلًا على الأكثر.
refusal-connector-name-taken = يوجد موصّل بهذا الاسم.
refusal-connector-name-taken-remedy = أعطِ اسمًا آخر، أو أعطِ الموجود رمزًا جديدًا.
refusal-connector-missing = لا يوجد موصّل كهذا.
refusal-connector-missing-remedy = راجع قائمة ما هو موجود منها.
refusal-connector-token-unusable = الرمز ليس لأي موصّل، أو استُبدل أو أزيل.
refusal-connector-token-unusable-remedy = أنشئ رمزًا آخر وأدخله في البرنامج الذي يتصل.
refusal-connector-external-id-unfit = لا يمكن حفظ externalId؛ لم يتغيّر شيء.
refusal-connector-external-id-unfit-remedy = أعطِ من 1 إلى 256 محرفًا مرئيًا.
refusal-scim-address-unknown = لا يوجد عنوان كهذا في واجهة SCIM.
refusal-scim-address-unknown-remedy = راجع الوثائق؛ الأساس هو /scim/v2.
refusal-scim-body-malformed = المحتوى مفقود، أو ليس JSON من النوع application/scim+json، أو ليس رسالة كهذه.
refusal-scim-body-malformed-remedy = أرسل ما يطلبه RFC 7644 عند هذا العنوان.
refusal-scim-filter-unfit = لا يمكن قراءة عامل التصفية، أو يقارن ما لا يُقارن.
refusal-scim-filter-unfit-remedy = صحّح عامل التصفية؛ تسرد الوثائق السمات.
refusal-scim-path-unfit = مسار التغيير لا يسمّي شيئًا.
refusal-scim-path-unfit-remedy = صحّح المسار؛ تسرد الوثائق السمات.
refusal-scim-value-unfit = قيمة مفقودة أو من نوع آخر.
refusal-scim-value-unfit-remedy = صحّح السمة التي تذكرها الرسالة.
refusal-scim-not-changeable = لا يمكن تغيير السمة أو إزالتها.
refusal-scim-not-changeable-remedy = اتركها.
refusal-scim-no-target = لا توجد قيمة توافق عامل تصفية المسار.
refusal-scim-no-target-remedy = أضف القيمة أولًا.
refusal-scim-too-many = سيفحص الطلب أو يعيد أو يغيّر أكثر مما ينبغي دفعة واحدة.
refusal-scim-too-many-remedy = ضيّق عامل التصفية، أو اطلب سمات أقل، أو أرسل عدة طلبات.
